import type { Analysis, Statement } from '@sallyport/core'
import { type Exposure, worse } from '@sallyport/masking'

/** What the relay keeps with each message that runs or prepares a statement, to find again with its replies. */
export interface StatementFacts {
  /** The text, for column names that come from it; undefined when it is not known. */
  readonly text: string | undefined
  /** By position in the text; empty when it has none or could not be parsed. */
  readonly parts: readonly PartFacts[]
  /** The worst of all parts. */
  readonly exposure: Exposure
}

/** One statement of a text. */
export interface PartFacts {
  readonly exposure: Exposure
  readonly statement: Statement | undefined
}

/** The facts of something that nobody could read: a statement prepared in SQL, say. */
export function factsOfUnknown(exposure: Exposure): StatementFacts {
  return { text: undefined, parts: [], exposure }
}

/** What is known of the statement at `index` of a text; what is beyond the text is as bad as the text. */
export function partAt(facts: StatementFacts | undefined, index: number): PartFacts {
  return facts?.parts[index] ?? { exposure: facts?.exposure ?? 'unknown', statement: undefined }
}

/** Puts a text and the exposure of each of its statements together. */
export function factsOf(text: string, analysis: Analysis, exposures: readonly Exposure[]): StatementFacts {
  const statements = analysis.ok ? analysis.statements : []
  const parts = statements.map((statement, index) => ({ statement, exposure: exposures[index] ?? 'unknown' }))
  const exposure = analysis.ok ? exposures.reduce(worse, 'none') : 'unknown'
  return { text, parts, exposure }
}
