import { NO_LIMITS, type Audience, type Match, type Rule, type TimeWindow } from '@sallyport/guardrails'
import type { SetUse } from '@sallyport/policy'
import type { z } from 'zod'
import { ACTION_KEYS, type audience, type rule, type ruleSets, type setUse } from '../shape/guardrails.ts'
import { bytes, milliseconds } from '../shape/values.ts'

type WrittenRule = z.infer<typeof rule>
type WrittenMatch = NonNullable<WrittenRule['deny']>

/** Rule sets as the policy takes them. */
export function setsOf(sets: z.infer<typeof ruleSets> | undefined): Readonly<Record<string, readonly Rule[]>> {
  return Object.fromEntries(Object.entries(sets ?? {}).map(([name, rules]) => [name, rules.map(ruleOf)]))
}

/** A set in use as the policy takes it. */
export function setUseOf(use: z.infer<typeof setUse>): SetUse {
  if (typeof use === 'string') return { set: use, when: undefined, unless: undefined }
  return { set: use.set, when: audienceOf(use.when), unless: audienceOf(use.unless) }
}

/** An audience as the policy takes it. */
export function audienceOf(written: z.infer<typeof audience> | undefined): Audience | undefined {
  return written && { groups: written.groups ?? [], users: written.users ?? [], kinds: written.kinds ?? [] }
}

function ruleOf(written: WrittenRule): Rule {
  const action = ACTION_KEYS.find((key) => written[key] !== undefined) ?? 'deny'
  return {
    id: written.id,
    action,
    match: matchOf(written[action] ?? {}),
    limits:
      written.limit === undefined
        ? NO_LIMITS
        : {
            rows: written.limit.rows,
            bytes: written.limit.bytes === undefined ? undefined : bytes(written.limit.bytes),
            timeoutMs: written.limit.timeout === undefined ? undefined : milliseconds(written.limit.timeout),
          },
    message: written.message,
    hint: written.hint,
    observe: written.observe ?? false,
    when: audienceOf(written.when),
    unless: audienceOf(written.unless),
  }
}

/** The key in the file that stands for a key of a match; for problems that speak of the latter. */
export function writtenKey(key: string): string {
  return WRITTEN.get(key) ?? key
}

const WRITTEN: ReadonlyMap<string, string> = new Map([
  ['unboundedAbove', 'unbounded_above'],
  ['severalStatements', 'several_statements'],
  ['costAbove', 'cost'],
])

function matchOf(written: WrittenMatch): Match {
  const { unbounded_above, several_statements, cost, during, outside } = written
  const plain = [
    'effects',
    'unknown',
    'kinds',
    'relations',
    'access',
    'columns',
    'functions',
    'where',
    'fingerprints',
    'settings',
  ] as const
  const match: Match = Object.fromEntries(
    plain.filter((key) => written[key] !== undefined).map((key) => [key, written[key]]),
  )
  return {
    ...match,
    ...(unbounded_above === undefined ? {} : { unboundedAbove: unbounded_above }),
    ...(cost === undefined ? {} : { costAbove: cost }),
    ...(several_statements === undefined ? {} : { severalStatements: several_statements }),
    ...(during === undefined ? {} : { during: during.map(windowOf) }),
    ...(outside === undefined ? {} : { outside: outside.map(windowOf) }),
  }
}

function windowOf({ days, from, to, zone }: NonNullable<WrittenMatch['during']>[number]): TimeWindow {
  return { days: (days ?? DAYS).map((day) => DAYS.indexOf(day) + 1), from, to, zone }
}

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
