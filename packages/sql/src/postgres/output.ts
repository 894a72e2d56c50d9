import type { Statement } from '@sallyport/core'

/**
 * Which base columns flow into each output column. The text alone cannot tell for most queries; until lineage with the database's
 * catalogue can, every output is unknown, which masking treats as protected.
 */
export function outputOf(): Statement['output'] {
  return 'unknown'
}
