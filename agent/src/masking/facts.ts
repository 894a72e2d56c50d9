import type { Analysis, Statement } from '@sallyport/core'
import { type Exposure, worse } from '@sallyport/masking'

/** What the relay keeps with each message that prepares or runs a statement, to find again with its replies. */
export interface StatementFacts {
  /** Undefined for a statement whose text nobody saw: one that was prepared in SQL, say. */
  readonly source: { readonly text: string; readonly analysis: Analysis } | undefined
  /** By position in the text; empty when it has none or could not be parsed. */
  readonly parts: readonly PartFacts[]
  /** The worst of all parts. */
  readonly exposure: Exposure
  /** What the exposures rest on; when it has changed they are worked out again. */
  readonly judgedBy: object
}

/** One statement of a text. */
export interface PartFacts {
  readonly exposure: Exposure
  readonly statement: Statement | undefined
}

/** Puts a text and the exposure of each of its statements together. A text that cannot be parsed is as bad as can be. */
export function factsOf(
  source: { readonly text: string; readonly analysis: Analysis },
  exposures: readonly Exposure[],
  judgedBy: object,
): StatementFacts {
  const statements = source.analysis.ok ? source.analysis.statements : []
  const parts = statements.map((statement, index) => ({ statement, exposure: exposures[index] ?? 'unknown' }))
  return { source, parts, exposure: exposures.reduce(worse, 'none'), judgedBy }
}

/** What is known of the statement at `index` of a text; what is beyond the text is as bad as the text. */
export function partAt(facts: StatementFacts | undefined, index: number): PartFacts {
  return facts?.parts[index] ?? { exposure: facts?.exposure ?? 'unknown', statement: undefined }
}
