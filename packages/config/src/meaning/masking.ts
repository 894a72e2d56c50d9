import { type ColumnRule, type MaskingRules, PARTIAL_DEFAULTS } from '@sallyport/masking'
import type { z } from 'zod'
import type { maskingRules } from '../shape/masking.ts'

/** Masking rules as the agent takes them. */
export function maskingOf({ columns }: z.infer<typeof maskingRules>): MaskingRules {
  return {
    columns: columns.map(({ match, strategy, keep_first, keep_last, keep_domain }): ColumnRule => {
      if (strategy !== 'partial') return { match, strategy }
      return {
        match,
        strategy,
        keepFirst: keep_first ?? PARTIAL_DEFAULTS.keepFirst,
        keepLast: keep_last ?? PARTIAL_DEFAULTS.keepLast,
        keepDomain: keep_domain ?? PARTIAL_DEFAULTS.keepDomain,
      }
    }),
  }
}

/** Whether a rule needs the agent's key. */
export function needsHashKey({ columns }: MaskingRules): boolean {
  return columns.some(({ strategy }) => strategy === 'hash')
}
