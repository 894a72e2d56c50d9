import { EFFECTS } from '@sallyport/core'
import { z } from 'zod'
import { count, duration, name, section, size } from './values.ts'

/** Some of those who may ask. */
export const audience = section(
  {
    groups: z.array(z.string().min(1)).min(1).optional().describe('any of these groups'),
    users: z.array(z.string().min(1)).min(1).optional().describe('any of these subjects'),
    kinds: z
      .array(z.enum(['human', 'mcp', 'service']))
      .min(1)
      .optional()
      .describe('only these kinds of client'),
  },
  'some of those who may ask: any of the groups or users, and of these kinds',
).refine((value) => Object.keys(value).length > 0, 'name groups, users or kinds; an empty map would be nobody')

const patterns = z.array(z.string().min(1)).min(1)

const window = section({
  days: z
    .array(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']))
    .min(1)
    .optional()
    .describe('the days on which it begins; default all'),
  from: z.string().describe('HH:MM, 24 hours'),
  to: z.string().describe('HH:MM, exclusive; at or before `from` it is on the next day'),
  zone: z.string().describe('IANA name, such as Europe/Amsterdam'),
})

const matchShape = {
  effects: z.array(z.enum(EFFECTS)).min(1).optional().describe('what the statement does'),
  unknown: z.boolean().optional().describe('false: effects that cannot be told do not match; default true'),
  kinds: patterns.optional().describe('what the statement is: drop-*, create-view'),
  relations: patterns.optional().describe('schema.table or table, with * and ?'),
  access: z.enum(['read', 'write']).optional().describe('narrows relations and columns'),
  columns: patterns.optional().describe('schema.table.column or table.column, with * and ?'),
  functions: patterns.optional().describe('schema.function or function, with * and ?'),
  where: z
    .array(z.enum(['absent', 'always-true', 'present']))
    .min(1)
    .optional()
    .describe('the WHERE of an UPDATE or DELETE'),
  unbounded_above: count.optional().describe('queries without a LIMIT, or with one above this number of rows'),
  cost: z
    .number()
    .min(0)
    .max(1e15)
    .optional()
    .describe("statements that the database's planner expects to cost more than this, in its own units"),
  several_statements: z.literal(true).optional().describe('more than one statement in one text'),
  fingerprints: z
    .union([
      z.array(z.string().min(1)).min(1),
      z.string().regex(/^file:.+$/, 'fingerprints are a list, or a file of them: file:PATH'),
    ])
    .optional()
    .describe('statements by their fingerprint, as the audit log has it: a list, or file:PATH with one on a line'),
  settings: patterns.optional().describe('settings of the session that the statement changes'),
  during: z.array(window).min(1).optional().describe('inside one of these windows'),
  outside: z.array(window).min(1).optional().describe('outside all of these windows'),
}

const match = section(matchShape, 'all keys that are given have to hold; an empty map matches everything')

const limits = section(
  {
    rows: count.optional().describe('rows of one result'),
    bytes: size.optional().describe('bytes of one result'),
    timeout: duration.optional().describe('run time of one statement'),
    ...matchShape,
  },
  'limits, for the statements that match',
)

/** The keys of a rule that say what it does; each rule has one. */
export const ACTION_KEYS = ['allow', 'warn', 'limit', 'approve', 'deny'] as const

/** One rule. */
export const rule = section({
  id: name.describe('unique in a connection; a refusal shows it'),
  allow: match.optional().describe('lets pass what surely matches; with one such rule, nothing else passes'),
  warn: match.optional().describe('records what matches'),
  limit: limits.optional().describe('bounds the results of what matches'),
  approve: match.optional().describe('asks for an approval of what matches; refused until approvals are available'),
  deny: match.optional().describe('refuses what may match'),
  message: z.string().min(1).max(500).optional().describe('the sentence that the user reads'),
  hint: z.string().min(1).max(500).optional().describe('what would be allowed instead'),
  observe: z.boolean().optional().describe('true: recorded only, changes nothing'),
  when: audience.optional().describe('whom the rule is for; default everyone'),
  unless: audience.optional().describe('whom it is not for'),
}).superRefine((value, context) => {
  const given = ACTION_KEYS.filter((key) => value[key] !== undefined)
  if (given.length !== 1) {
    const message = `a rule has exactly one of ${ACTION_KEYS.join(', ')}; this one has ${given.length === 0 ? 'none' : given.join(' and ')}`
    context.addIssue({ code: 'custom', message })
  }
})

/** Rule sets by name. */
export const ruleSets = z.record(name, z.array(rule).min(1))

/** The use of a set: its name, or its name and whom it is for. */
export const setUse = z.union([
  name,
  section({
    set: name.describe('the name of the set'),
    when: audience.optional().describe('whom the set is for; default everyone'),
    unless: audience.optional().describe('whom it is not for'),
  }),
])
