import { bodyOf, listOf, literalOf, nodeOf, textOf, type Fields } from './ast.ts'

/** What shapes the stream of a COPY … TO STDOUT, with the server's defaults filled in. Spec: sql-copy, "Parameters". */
export interface CopyStream {
  readonly format: 'text' | 'csv' | 'binary'
  readonly delimiter: string
  readonly nullText: string
  readonly quote: string
  readonly escape: string
  readonly header: boolean
  /** The table, with its columns as the text lists them; undefined for a query. */
  readonly table: CopyTable | undefined
}

export interface CopyTable {
  readonly schema: string | undefined
  readonly name: string
  readonly columns: readonly string[] | 'all'
}

/** The stream that a CopyStmt writes to the frontend; undefined when it does something else, or has an option that is not known here. */
export function copyStreamOf(statement: unknown): CopyStream | undefined {
  const body = bodyOf(statement, 'CopyStmt')
  if (body === undefined || body['is_from'] === true || body['is_program'] === true || body['filename'] !== undefined) {
    return undefined
  }
  const options = new Map<string, unknown>()
  for (const item of listOf(body['options'])) {
    const option = bodyOf(item, 'DefElem') ?? {}
    const name = textOf(option['defname'])
    // The server refuses an option that is given twice.
    if (!KNOWN.has(name) || options.has(name)) return undefined
    options.set(name, option['arg'])
  }
  const format = text(options, 'format') ?? 'text'
  if (format !== 'text' && format !== 'csv' && format !== 'binary') return undefined
  const header = headerOf(options)
  if (header === undefined) return undefined
  const quote = text(options, 'quote') ?? '"'
  return {
    format,
    delimiter: text(options, 'delimiter') ?? (format === 'csv' ? ',' : '\t'),
    nullText: text(options, 'null') ?? (format === 'csv' ? '' : String.raw`\N`),
    quote,
    escape: text(options, 'escape') ?? quote,
    header,
    table: tableOf(body),
  }
}

function text(options: ReadonlyMap<string, unknown>, name: string): string | undefined {
  return options.has(name) ? (literalOf(options.get(name)) ?? '') : undefined
}

/** HEADER alone is true; otherwise a boolean in one of its spellings, or MATCH, which only COPY FROM takes. */
function headerOf(options: ReadonlyMap<string, unknown>): boolean | undefined {
  if (!options.has('header')) return false
  const argument = options.get('header')
  if (argument === undefined || argument === null) return true
  const word = nodeOf(argument)?.tag === 'Boolean' ? undefined : literalOf(argument)?.toLowerCase()
  if (word === undefined) return bodyOf(argument, 'Boolean')?.['boolval'] === true
  if (TRUE.has(word)) return true
  return FALSE.has(word) ? false : undefined
}

function tableOf(body: Fields): CopyTable | undefined {
  const relation = body['relation'] as Fields | undefined
  if (relation === undefined) return undefined
  const columns = listOf(body['attlist']).map((name) => textOf(bodyOf(name, 'String')?.['sval']))
  const schema = textOf(relation['schemaname'])
  return {
    schema: schema === '' ? undefined : schema,
    name: textOf(relation['relname']),
    columns: columns.length === 0 ? 'all' : columns,
  }
}

/** Options that change what is written, or do not matter for COPY TO. A new one may change it in a way that is not known. */
const KNOWN: ReadonlySet<string> = new Set(['format', 'delimiter', 'null', 'header', 'quote', 'escape', 'force_quote'])
const TRUE: ReadonlySet<string> = new Set(['true', 'on', '1'])
const FALSE: ReadonlySet<string> = new Set(['false', 'off', '0'])
