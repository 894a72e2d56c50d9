import type { Analysis } from '@sallyport/core'

/**
 * The files of the client that the LOAD statements of a text name: the only ones that the server may ask for. A name that is not plain to read is left out,
 * and then the server's request for it ends the session.
 */
export function localFiles(text: string, analysis: Analysis): readonly string[] {
  if (!analysis.ok) return NONE
  let files: string[] | undefined
  for (const { kind, range } of analysis.statements) {
    if (kind !== 'load-data' && kind !== 'load-xml') continue
    const [, single, double] = LOCAL_INFILE.exec(text.slice(range.start, range.end)) ?? []
    const name = single ?? double
    if (name !== undefined) (files ??= []).push(name)
  }
  return files ?? NONE
}

const LOCAL_INFILE =
  /^LOAD\s+(?:DATA|XML)\s+(?:(?:LOW_PRIORITY|CONCURRENT)\s+)?LOCAL\s+INFILE\s+(?:'([^'\\]*)'|"([^"\\]*)")(?!['"])/i
const NONE: readonly never[] = []
