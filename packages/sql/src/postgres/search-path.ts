/**
 * The schemas of a search_path as the server splits it: parts between commas, quoted ones as they are, others folded to lower case.
 * Undefined for what the server refuses. Source: SplitIdentifierString in varlena.c.
 */
export function parseSearchPath(value: string): readonly string[] | undefined {
  if (/^\s*$/.test(value)) return []
  const names: string[] = []
  let rest = value
  for (;;) {
    const part = PART.exec(rest)
    if (part === null) return undefined
    const [whole, quoted, plain, separator] = part
    names.push(quoted === undefined ? (plain ?? '').toLowerCase() : quoted.replaceAll('""', '"'))
    if (separator === '') return names
    rest = rest.slice(whole.length)
  }
}

const PART = /^\s*(?:"((?:[^"]|"")*)"|([^\s",]+))\s*(,|$)/
