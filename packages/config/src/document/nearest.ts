/** The candidate that a mistyped word most likely means; undefined when none is near. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined
  let distance = Math.max(1, Math.floor(word.length / 3)) + 1
  if (word.length > MAX_WORD) return undefined
  for (const candidate of candidates) {
    const steps = editDistance(word.toLowerCase().replaceAll('-', '_'), candidate.toLowerCase().replaceAll('-', '_'))
    if (steps < distance) {
      distance = steps
      best = candidate
    }
  }
  return best
}

/** Insertions, deletions, replacements and swaps of neighbours. */
function editDistance(from: string, to: string): number {
  let older: number[] = []
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const same = from.charAt(row - 1) === to.charAt(column - 1)
      let steps = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
      )
      const swapped =
        row > 1 &&
        column > 1 &&
        from.charAt(row - 1) === to.charAt(column - 2) &&
        from.charAt(row - 2) === to.charAt(column - 1)
      if (swapped) steps = Math.min(steps, (older[column - 2] ?? 0) + 1)
      current.push(steps)
    }
    older = previous
    previous = current
  }
  return previous[to.length] ?? 0
}

/** Longer words are no mistyped keys. */
const MAX_WORD = 64
