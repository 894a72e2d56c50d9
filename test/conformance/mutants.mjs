// Invalid neighbours of valid statements: a token left out, doubled, exchanged with its neighbour, replaced by one from elsewhere, or the end cut
// off. Deterministic for a seed.

/**
 * @param {'postgres' | 'mysql'} dialect
 * @returns {string[]} up to `count` mutants of a text, none of which is the text itself
 */
export function mutants(text, count, seed, dialect) {
  const tokens = text.match(TOKENS[dialect]) ?? []
  const random = generator(seed)
  const found = new Set()
  if (tokens.length < 4) return []
  for (let tries = 0; tries < count * 3 && found.size < count; tries += 1) {
    const at = Math.floor(random() * tokens.length)
    const mutant = mutate(tokens, at, Math.floor(random() * 5), random)
      .join('')
      .trim()
    if (mutant !== text.trim() && mutant !== '') found.add(mutant)
  }
  return [...found]
}

function mutate(tokens, at, kind, random) {
  const copy = [...tokens]
  if (kind === 0) copy.splice(at, 1)
  else if (kind === 1) copy.splice(at, 0, copy[at], ' ')
  else if (kind === 2) [copy[at], copy[at + 1]] = [copy[at + 1] ?? '', copy[at]]
  else if (kind === 3) copy[at] = STRAY[Math.floor(random() * STRAY.length)]
  else copy.splice(at + 1)
  return copy
}

/** Mulberry32. */
function generator(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const TOKENS = {
  mysql: /\s+|`[^`]*`|'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|\/\*[^]*?\*\/|@{0,2}[\w$]+|./g,
  postgres:
    /\s+|\$(\w*)\$[^]*?\$\1\$|[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\/\*[^]*?\*\/|--[^\n]*|\$?[\w]+|[-+*/<>=~!@#%^&|?]+|::|./g,
}
const STRAY = [
  ' SELECT ',
  ' FROM ',
  ' , ',
  ' ) ',
  ' ( ',
  ' = ',
  ' WHERE ',
  ' AND ',
  " 'x' ",
  ' 1 ',
  ' ORDER ',
  ' BY ',
  ' . ',
  ' AS ',
  ' NULL ',
  ' * ',
]
