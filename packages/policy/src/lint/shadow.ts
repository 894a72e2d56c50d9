import type { Audience, Match, Rule } from '@sallyport/guardrails'
import { covers } from './never.ts'

/** A rule at its place on a connection. */
export interface PlacedRule {
  readonly rule: Rule
  /** Which use of a set brings it, and where it stands in the set. */
  readonly use: number
  readonly index: number
  readonly setWhen: Audience | undefined
  readonly setUnless: Audience | undefined
}

/**
 * Whether the first rule settles whatever the second matches, so that the second never decides: it is in force for everyone whom the second
 * concerns, matches at least as much, and asks for at least as much. Of two that are alike the earlier one settles. Certain when true, unknown
 * when false.
 */
export function shadows(one: PlacedRule, other: PlacedRule): boolean {
  if (one.rule.observe || other.rule.observe || one.rule.action === 'allow') return false
  if (!concernsAll(one, other) || !settles(one.rule, other.rule)) return false
  if (!matchesAll(one.rule, other.rule)) return false
  const alike = one.rule.action === other.rule.action && concernsAll(other, one) && matchesAll(other.rule, one.rule)
  return !alike || isEarlier(one, other)
}

function isEarlier(one: PlacedRule, other: PlacedRule): boolean {
  return one.use === other.use ? one.index < other.index : one.use < other.use
}

function concernsAll(one: PlacedRule, other: PlacedRule): boolean {
  const whens: readonly (Audience | undefined)[] = [one.setWhen, one.rule.when]
  const narrow: readonly (Audience | undefined)[] = [other.setWhen, other.rule.when]
  const included = whens.every(
    (wide) => wide === undefined || narrow.some((audience) => audience !== undefined && covers(wide, audience)),
  )
  const lefts: readonly (Audience | undefined)[] = [one.setUnless, one.rule.unless]
  const left = [other.setUnless, other.rule.unless]
  return (
    included && lefts.every((audience) => audience === undefined || left.some((same) => same && covers(same, audience)))
  )
}

/** Whether what the first asks for makes no difference any more to what the second asks for. */
function settles(one: Rule, other: Rule): boolean {
  if (one.action === 'deny') return true
  // Of what cannot be told, only a rule that lists it decides; what has been approved is limited all the same.
  if (one.action !== other.action || other.match.effects?.includes('unknown') === true) return false
  if (one.action !== 'limit') return true
  return (['rows', 'bytes', 'timeoutMs'] as const).every((key) => {
    const limit = other.limits[key]
    return limit === undefined || (one.limits[key] ?? Number.POSITIVE_INFINITY) <= limit
  })
}

/** Whether the first matches whatever the second does: each of its keys follows from one of the second's. */
function matchesAll({ match: wide }: Rule, { match: narrow, action }: Rule): boolean {
  // An `allow` rule also matches what touches no relation at all, so its names make nothing sure.
  const sure = action === 'allow' ? SURE_OF_ALLOW : undefined
  return (Object.keys(wide) as (keyof Match)[]).every((key) => {
    if (key === 'unknown' || key === 'access') return true
    return (sure === undefined || sure.has(key)) && FOLLOWS[key](wide, narrow)
  })
}

type Follows = (wide: Match, narrow: Match) => boolean

const FOLLOWS: Readonly<Record<Exclude<keyof Match, 'unknown' | 'access'>, Follows>> = {
  effects: (wide, narrow) =>
    isPart(wide.effects, narrow.effects) && (wide.unknown !== false || narrow.unknown === false),
  kinds: (wide, narrow) => isPart(wide.kinds, narrow.kinds, '*'),
  relations: (wide, narrow) => sameAccess(wide, narrow) && isPart(wide.relations, narrow.relations, '*'),
  columns: (wide, narrow) => sameAccess(wide, narrow) && isPart(wide.columns, narrow.columns, '*'),
  functions: (wide, narrow) => isPart(wide.functions, narrow.functions, '*'),
  where: (wide, narrow) => isPart(wide.where, narrow.where),
  unboundedAbove: (wide, narrow) =>
    narrow.unboundedAbove !== undefined && narrow.unboundedAbove >= (wide.unboundedAbove ?? 0),
  costAbove: (wide, narrow) => narrow.costAbove !== undefined && narrow.costAbove >= (wide.costAbove ?? 0),
  severalStatements: (wide, narrow) => wide.severalStatements === narrow.severalStatements,
  fingerprints: (wide, narrow) => isPart(wide.fingerprints, narrow.fingerprints),
  settings: (wide, narrow) => isPart(wide.settings, narrow.settings, '*'),
  during: (wide, narrow) => JSON.stringify(wide.during) === JSON.stringify(narrow.during),
  outside: (wide, narrow) => JSON.stringify(wide.outside) === JSON.stringify(narrow.outside),
}

function isPart(wide: readonly string[] | undefined, narrow: readonly string[] | undefined, any?: string): boolean {
  if (narrow === undefined || wide === undefined) return false
  return (any !== undefined && wide.includes(any)) || narrow.every((entry) => wide.includes(entry))
}

function sameAccess(wide: Match, narrow: Match): boolean {
  return wide.access === undefined || wide.access === narrow.access
}

const SURE_OF_ALLOW: ReadonlySet<keyof Match> = new Set<keyof Match>([
  'effects',
  'kinds',
  'fingerprints',
  'during',
  'outside',
])
