/** Productions by symbol; `{symbol}` inside one is expanded. The first of each is the plainest: it is taken where the nesting ends. */
export type Grammar = Readonly<Record<string, readonly string[]>>

/** Numbers from 0 to 1, the same for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** One text of the grammar. */
export function generate(grammar: Grammar, random: () => number): string {
  return expand(grammar, 'text', random, 0)
}

function expand(grammar: Grammar, symbol: string, random: () => number, depth: number): string {
  const productions = grammar[symbol] ?? [symbol]
  const chosen = depth > MAX_DEPTH ? 0 : Math.floor(random() * productions.length)
  return (productions[chosen] ?? '').replaceAll(/\{(\w+)\}/g, (_, inner: string) =>
    expand(grammar, inner, random, depth + 1),
  )
}

const MAX_DEPTH = 9
