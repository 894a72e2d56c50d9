/** How many columns of a terminal `text` takes: marks take none, East Asian wide characters two. */
export function displayWidth(text: string): number {
  let width = 0
  for (const character of text) width += characterWidth(character)
  return width
}

/** `text` in exactly `width` columns: filled up with blanks, or cut with an ellipsis. */
export function fit(text: string, width: number): string {
  const plain = text.replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, ' ')
  if (displayWidth(plain) <= width) return plain + ' '.repeat(width - displayWidth(plain))
  let kept = ''
  let used = 0
  for (const character of plain) {
    const next = characterWidth(character)
    if (used + next > width - 1) break
    kept += character
    used += next
  }
  return `${kept}…${' '.repeat(width - used - 1)}`
}

function characterWidth(character: string): number {
  if (/\p{Mark}/u.test(character)) return 0
  return WIDE.test(character) ? 2 : 1
}

const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff01-\uff60]/u
