import { NO_LIMITS, type Audience, type Match, type Rule, type TimeWindow } from '@sallyport/guardrails'
import type { SetUse } from '@sallyport/policy'
import type { z } from 'zod'
import { ACTION_KEYS, type audience, type rule, type ruleSets, type setUse } from '../shape/guardrails.ts'
import type { Path } from '../document/parse.ts'
import type { Context } from './context.ts'
import { bytes, milliseconds } from '../shape/values.ts'

type WrittenRule = z.infer<typeof rule>
type WrittenMatch = NonNullable<WrittenRule['deny']>

/** Rule sets as the policy takes them. */
export function setsOf(
  sets: z.infer<typeof ruleSets> | undefined,
  path: Path,
  context: Context,
): Readonly<Record<string, readonly Rule[]>> {
  return Object.fromEntries(
    Object.entries(sets ?? {}).map(([name, rules]) => [
      name,
      rules.map((written, index) => ruleOf(written, [...path, name, index], context)),
    ]),
  )
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

function ruleOf(written: WrittenRule, path: Path, context: Context): Rule {
  const action = ACTION_KEYS.find((key) => written[key] !== undefined) ?? 'deny'
  return {
    id: written.id,
    action,
    match: matchOf(written[action] ?? {}, [...path, action], context),
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

function matchOf(written: WrittenMatch, path: Path, context: Context): Match {
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
    'settings',
  ] as const
  const match: Match = Object.fromEntries(
    plain.filter((key) => written[key] !== undefined).map((key) => [key, written[key]]),
  )
  return {
    ...match,
    ...(written.fingerprints === undefined
      ? {}
      : { fingerprints: fingerprintsOf(written.fingerprints, [...path, 'fingerprints'], context) }),
    ...(unbounded_above === undefined ? {} : { unboundedAbove: unbounded_above }),
    ...(cost === undefined ? {} : { costAbove: cost }),
    ...(several_statements === undefined ? {} : { severalStatements: several_statements }),
    ...(during === undefined ? {} : { during: during.map(windowOf) }),
    ...(outside === undefined ? {} : { outside: outside.map(windowOf) }),
  }
}

/** Of a file, the first word of each line counts; what follows it, and what follows a #, is for people. */
function fingerprintsOf(written: readonly string[] | string, path: Path, context: Context): readonly string[] {
  if (typeof written !== 'string') return written
  const lines = context.text(written, path).split(/\r?\n/)
  const found = lines.map((line) => /^[^\s#]*/.exec(line.trim())?.[0] ?? '').filter((word) => word !== '')
  const odd = found.find((word) => !/^[0-9a-f]{16}$/.test(word))
  if (odd !== undefined)
    context.problem(path, `The file ${written.slice('file:'.length)} has a line that begins with no fingerprint.`)
  return found
}

function windowOf({ days, from, to, zone }: NonNullable<WrittenMatch['during']>[number]): TimeWindow {
  return { days: (days ?? DAYS).map((day) => DAYS.indexOf(day) + 1), from, to, zone }
}

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
