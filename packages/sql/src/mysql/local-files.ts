import type { Analysis } from '@sallyport/core'

/**
 * The files of the client that the LOAD … LOCAL statements of a text name: the only ones that a server may be given. A name with a backslash or with
 * quotes in it is left out, as its value depends on the session's settings.
 */
export function localFiles(text: string, analysis: Analysis): readonly string[] {
  if (!analysis.ok) return []
  const files: string[] = []
  for (const { kind, range } of analysis.statements) {
    if (kind !== 'load-data' && kind !== 'load-xml') continue
    const found = LOCAL.exec(text.slice(range.start, range.end))
    const path = found?.[1] ?? found?.[2]
    if (path !== undefined) files.push(path)
  }
  return files
}

const LOCAL =
  /^LOAD\s+(?:DATA|XML)\s+(?:(?:LOW_PRIORITY|CONCURRENT)\s+)?LOCAL\s+INFILE\s+(?:'([^'\\]*)'|"([^"\\]*)")(?!['"])/i
