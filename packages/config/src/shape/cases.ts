import { ACTIONS } from '@sallyport/core'
import { z } from 'zod'
import { name, section } from './values.ts'

const who = z.union([
  z.string().min(1).max(255),
  section({
    user: z.string().min(1).max(255).describe('the subject'),
    groups: z.array(z.string().min(1)).optional().describe("default those of the policy file's token for the user"),
    kind: z.enum(['human', 'mcp', 'service']).optional().describe('default human'),
  }),
])

const asking = {
  cost: z.number().min(0).optional().describe("what the database's planner would say to each statement"),
  as: who.optional().describe('who asks: a subject, or one with groups and kind'),
  on: name.optional().describe('the connection'),
  at: z.iso.datetime({ offset: true }).optional().describe('when, as in 2026-01-31T12:00:00Z; default now'),
  server: z.string().min(1).max(100).optional().describe("MySQL and MariaDB: the server's version, as it names it"),
  database: z.string().min(1).max(64).optional().describe('MySQL and MariaDB: the current database'),
}

const policyCase = section({
  name: z.string().min(1).max(200).optional().describe('what the case shows'),
  ...asking,
  sql: z.string().min(1).describe('the text that is asked about'),
  expect: z.enum(ACTIONS).describe('the verdict'),
  rules: z.array(z.string().min(1)).optional().describe('ids of exactly the rules that decide; [] for none'),
  observed: z.array(z.string().min(1)).optional().describe('ids of exactly the observing rules that match'),
})

/** A file for `sallyport policy test`. */
export const casesFile = section(
  {
    policy: z.string().min(1).optional().describe('the file of the policy; default NAME.yaml beside NAME.cases.yaml'),
    defaults: section(asking).optional().describe('what holds for each case that does not say otherwise'),
    cases: z.array(policyCase).min(1),
  },
  'what a policy must say to whom about what',
).superRefine((value, context) => {
  for (const [index, one] of value.cases.entries()) {
    for (const key of ['as', 'on'] as const) {
      if (one[key] !== undefined || value.defaults?.[key] !== undefined) continue
      const message = `a case says ${key === 'as' ? 'who asks (as)' : 'on which connection (on)'}, or defaults does`
      context.addIssue({ code: 'custom', path: ['cases', index], message })
    }
  }
})

/** What passed the shape of a file of cases. */
export type CasesFile = z.infer<typeof casesFile>
