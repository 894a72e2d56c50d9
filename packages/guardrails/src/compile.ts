import type { Finding } from '@sallyport/core'
import { GuardrailError } from './errors.ts'
import { hintOf } from './hint.ts'
import { describeLimits } from './limits.ts'
import { matchColumns } from './match/columns.ts'
import { matchCost } from './match/cost.ts'
import { matchEffects } from './match/effects.ts'
import { matchFingerprints } from './match/fingerprints.ts'
import { matchFunctions } from './match/functions.ts'
import { matchDuring, matchOutside } from './match/hours.ts'
import { matchKinds } from './match/kinds.ts'
import { matchRelations } from './match/relations.ts'
import { matchSettings } from './match/settings.ts'
import { matchSeveralStatements } from './match/several-statements.ts'
import { matchUnbounded } from './match/unbounded.ts'
import { matchWhere } from './match/where.ts'
import type { Certainty, Matcher } from './matcher.ts'
import type { Question } from './question.ts'
import type { Match, Rule } from './rule.ts'

/** A rule that can be asked. */
export interface CompiledRule {
  readonly rule: Rule
  /** The finding on one statement, or undefined when the rule does not match it. */
  readonly judge: (question: Question) => Finding | undefined
}

/**
 * Compiles a rule once, to be asked many times. PREPARE and DECLARE are asked about with the statement that they hold: a rule that holds back
 * matches when either does, a rule that lets pass when both do.
 *
 * Throws GuardrailError for what cannot be meant.
 */
export function compileRule(rule: Rule): CompiledRule {
  checkRule(rule)
  const matchers = matchersOf(rule.match, rule.action === 'allow' ? 'certain' : 'possible')
  const finding = findingsOf(rule)
  const one = allOf(matchers)
  const aboutText = rule.match.severalStatements === true && matchers.length === 1
  if (rule.action === 'allow') {
    return {
      rule,
      judge: (question) => {
        const because = one(question)
        if (because === undefined) return undefined
        return question.held === undefined || one(question.held) !== undefined
          ? finding(question.index, because)
          : undefined
      },
    }
  }
  return {
    rule,
    judge: (question) => {
      if (aboutText && question.index > 0) return undefined
      const because = one(question) ?? (question.held && one(question.held))
      return because === undefined ? undefined : finding(aboutText ? undefined : question.index, because)
    },
  }
}

function checkRule({ action, match, limits }: Rule): void {
  const limited = limits.rows !== undefined || limits.bytes !== undefined || limits.timeoutMs !== undefined
  if (action === 'limit' && !limited)
    throw new GuardrailError('rule', 'limit', 'A limit rule needs rows, bytes or a timeout.')
  for (const limit of [limits.rows, limits.bytes, limits.timeoutMs]) {
    // A database takes a limit of 0 for none at all.
    if (limit !== undefined && !(limit > 0)) throw new GuardrailError('rule', 'limit', 'A limit is more than 0.')
  }
  if (action !== 'limit' && limited) throw new GuardrailError('rule', 'limit', 'Only a limit rule has limits.')
  if (action === 'allow') {
    for (const key of ['where', 'unboundedAbove', 'severalStatements', 'costAbove'] as const) {
      if (match[key] !== undefined)
        throw new GuardrailError('rule', key, 'An allow rule cannot rest on this; deny its opposite.')
    }
    if (match.unknown !== undefined)
      throw new GuardrailError(
        'rule',
        'unknown',
        'An allow rule lists unknown among its effects, or does not allow it.',
      )
  }
  if (match.access !== undefined && match.relations === undefined && match.columns === undefined) {
    throw new GuardrailError('rule', 'access', 'The access narrows relations or columns, and there are neither.')
  }
  if (match.unknown !== undefined && match.effects === undefined) {
    throw new GuardrailError('rule', 'unknown', 'This says how effects match, and there are none.')
  }
  if (action === 'allow' && match.access !== undefined) {
    throw new GuardrailError(
      'rule',
      'access',
      'An allow rule cannot leave out reads or writes; list the effects that it allows.',
    )
  }
}

function matchersOf(match: Match, certainty: Certainty): readonly Matcher[] {
  const matchers: (Matcher | undefined)[] = [
    match.severalStatements === true ? matchSeveralStatements : undefined,
    match.effects && matchEffects(match.effects, match.unknown ?? true, certainty),
    match.where && matchWhere(match.where),
    match.kinds && matchKinds(match.kinds, certainty),
    match.relations && matchRelations(match.relations, match.access, certainty),
    match.columns && matchColumns(match.columns, match.access, certainty),
    match.functions && matchFunctions(match.functions, certainty),
    match.unboundedAbove === undefined ? undefined : matchUnbounded(match.unboundedAbove),
    match.fingerprints && matchFingerprints(match.fingerprints, certainty),
    match.settings && matchSettings(match.settings, certainty),
    match.during && matchDuring(match.during),
    match.outside && matchOutside(match.outside),
    // Last, so that the planner is asked only about what everything else of the rule matches.
    match.costAbove === undefined ? undefined : matchCost(match.costAbove),
  ]
  return matchers.filter((matcher) => matcher !== undefined)
}

/** All matchers have to hold; their reasons are joined. */
function allOf(matchers: readonly Matcher[]): Matcher {
  const [only, another] = matchers
  if (only === undefined) return () => ''
  if (another === undefined) return only
  return (question) => {
    let because = ''
    for (const matcher of matchers) {
      const reason = matcher(question)
      if (reason === undefined) return undefined
      because = because === '' ? reason : `${because} and ${reason}`
    }
    return because
  }
}

/** A finding whose words do not depend on the statement is made once. */
function findingsOf(rule: Rule): (statement: number | undefined, because: string) => Finding {
  const hint = rule.hint ?? hintOf(rule)
  const make = (statement: number | undefined, message: string): Finding => ({
    rule: rule.id,
    action: rule.action,
    message,
    hint,
    statement,
    observed: rule.observe,
  })
  const fixed = rule.message ?? (rule.action === 'limit' ? `Results have ${describeLimits(rule.limits)}.` : undefined)
  if (fixed === undefined) return (statement, because) => make(statement, sentence(rule, because))
  const first = make(0, fixed)
  return (statement) => (statement === 0 ? first : make(statement, fixed))
}

function sentence({ action }: Rule, because: string): string {
  const what = because === '' ? 'this statement' : `a statement that ${because}`
  if (action === 'deny') return `This connection does not allow ${what}.`
  if (action === 'approve') return `This connection asks for an approval of ${what}.`
  return because === '' ? 'The statement is matched.' : `The statement ${because}.`
}
