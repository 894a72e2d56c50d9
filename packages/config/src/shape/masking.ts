import { z } from 'zod'
import { name, section } from './values.ts'

const part = z.number().int().min(0).max(1000)

/** Masking rules over columns. */
export const maskingRules = section({
  columns: z
    .array(
      section({
        match: z
          .string()
          .regex(/^[^.]+\.[^.]+\.[^.]+$/, 'a column is schema.table.column, each part with * for anything')
          .describe('schema.table.column, with *; letter case is ignored'),
        strategy: z.enum(['redact', 'null', 'partial', 'hash']).describe('what takes the place of a value'),
        keep_first: part.optional().describe('partial: characters kept at the beginning; default 0'),
        keep_last: part.optional().describe('partial: characters kept at the end; default 4'),
        keep_domain: z.boolean().optional().describe('partial: an e-mail address keeps its domain; default true'),
      }).superRefine((value, context) => {
        if (value.strategy === 'partial') return
        for (const key of ['keep_first', 'keep_last', 'keep_domain'] as const) {
          if (value[key] !== undefined)
            context.addIssue({ code: 'custom', path: [key], message: 'this belongs to the strategy partial' })
        }
      }),
    )
    .max(10_000)
    .describe('the first rule that matches a column decides'),
})

/** Masking rules by name. */
export const maskingSets = z.record(name, maskingRules)
