import type { Statement } from '@sallyport/core'
import { copiedQuery } from './copy-query.ts'
import type { TextAnalyser } from './statement-reader.ts'

/** What to ask the planner so that it says what a statement costs; or why it cannot be asked, for the user. */
export type PlannedText =
  | { readonly explain: string }
  /** Nothing runs, so nothing costs. */
  | { readonly free: true }
  | { readonly failure: string }

/**
 * The EXPLAIN of one statement. What an EXPLAIN ANALYZE or a COPY ( … ) TO STDOUT would run is explained in its place.
 *
 * INVARIANT: what goes to the database is one EXPLAIN by the grammar, which runs nothing.
 */
export async function plannedText(text: string, analyser: TextAnalyser): Promise<PlannedText> {
  const statement = await oneStatement(text, analyser)
  if (statement === undefined) return { failure: 'it is not one statement' }
  const planned = plannedPart(text, statement, analyser)
  if (typeof planned !== 'string') return planned
  const explain = `EXPLAIN (FORMAT JSON) ${planned}`
  const asked = await oneStatement(explain, analyser)
  return asked?.kind === 'explain'
    ? { explain }
    : { failure: `a statement of the kind ${statement.kind} is not planned` }
}

async function oneStatement(text: string, analyser: TextAnalyser): Promise<Statement | undefined> {
  const analysis = await analyser.analyse(text, 'default')
  return analysis.ok && analysis.statements.length === 1 ? analysis.statements[0] : undefined
}

function plannedPart(text: string, { kind }: Statement, analyser: TextAnalyser): string | PlannedText {
  if (kind === 'copy') {
    return copiedQuery(text, analyser) ?? { failure: 'a COPY of a table is not planned; COPY (SELECT …) TO STDOUT is' }
  }
  if (kind !== 'explain') return text
  const begun = /^explain(?![\w$])/i.exec(withoutBlanks(text) ?? '')
  const rest = begun === null ? undefined : withoutBlanks((withoutBlanks(text) ?? '').slice(begun[0].length))
  if (rest === undefined) return UNREADABLE_EXPLAIN
  return rest.startsWith('(') ? explainedByOptions(rest) : explainedByWords(rest)
}

/** `( option [, …] ) statement`; whatever speaks of ANALYZE, even to switch it off, is taken for it. */
function explainedByOptions(rest: string): string | PlannedText {
  const options = /^\(([\w\s,.]*)\)/.exec(rest)
  // `EXPLAIN (SELECT 1)` is a statement in parentheses.
  if (options === null || /^\s*(select|with|values|table)\b/i.test(options[1] ?? '')) return UNREADABLE_EXPLAIN
  return /analy[sz]e/i.test(options[1] ?? '') ? rest.slice(options[0].length) : { free: true }
}

/** `[ ANALYZE ] [ VERBOSE ] statement`. */
function explainedByWords(rest: string): string | PlannedText {
  const analyze = /^analy[sz]e(?![\w$])/i.exec(rest)
  if (analyze === null) return { free: true }
  const behind = withoutBlanks(rest.slice(analyze[0].length))
  if (behind === undefined) return UNREADABLE_EXPLAIN
  const verbose = /^verbose(?![\w$])/i.exec(behind)
  return verbose === null ? behind : behind.slice(verbose[0].length)
}

/** A text from its first character that is neither a blank nor in a comment; undefined for comments that nest. */
function withoutBlanks(text: string): string | undefined {
  let rest = text
  for (;;) {
    const blank = /^(\s+|--[^\n\r]*(?:[\n\r]|$))/.exec(rest)?.[0]
    if (blank !== undefined) {
      rest = rest.slice(blank.length)
      continue
    }
    if (!rest.startsWith('/*')) return rest
    const end = rest.indexOf('*/', 2)
    if (end < 0 || rest.slice(2, end).includes('/*')) return undefined
    rest = rest.slice(end + 2)
  }
}

const UNREADABLE_EXPLAIN: PlannedText = { failure: 'what it explains cannot be told; write EXPLAIN without comments' }
