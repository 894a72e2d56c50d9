import type { Statement } from '@sallyport/core'
import type { Exposure } from './exposure.ts'
import type { Protection } from './protection.ts'
import type { Strategy } from './rules.ts'

/**
 * The strategy of an output that names no origin, from what the text tells about it; `clear` when the text proves that nothing protected
 * flows into it. This is where lineage through expressions plugs in: it fills `Statement.output`.
 *
 * An output that the text does not explain is redacted, and so is every output of a statement whose code is not known.
 */
export function lineageStrategy(
  output: Statement['output'],
  index: number,
  fieldCount: number,
  exposure: Exposure,
  protection: Protection,
): Strategy | 'clear' {
  // Outputs are matched by position, so their number must be that of the result.
  if (exposure === 'unknown' || output === 'unknown' || output.length !== fieldCount) return REDACT
  const sources = output[index]?.sources ?? 'unknown'
  if (sources === 'unknown') return REDACT
  for (const { schema, relation, column } of sources) {
    const found = protection.relation(schema, relation)
    if (found === 'missing' || found === 'temporary' || found === 'view') return REDACT
    // The type may differ from the column's, and a part of an expression is no part of the value: only the constant is safe.
    if (protection.named(schema, relation, column) !== undefined) return REDACT
  }
  return 'clear'
}

const REDACT: Strategy = { strategy: 'redact' }
