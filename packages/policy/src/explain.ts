import type { Action, Effect, Finding, Limit, ParseFailure, Relation, Statement, Verdict, Where } from '@sallyport/core'
import { askAbout, effectsOf, hintOf, type CompiledRule, type Question } from '@sallyport/guardrails'
import { concerns } from './audience.ts'
import type { CompiledConnection } from './compile.ts'
import type { Access, Request } from './policy.ts'

/** Why a text gets its verdict, as plain data. */
export interface Explanation {
  readonly subject: string
  readonly connection: string
  readonly access: Access
  readonly facts: readonly FactSheet[] | ParseFailure
  readonly rules: readonly RuleReport[]
  readonly verdict: Verdict
  /** Sentences that say what would be let pass; empty when the text is. */
  readonly allowed: readonly string[]
}

/** The facts of one statement that rules look at. */
export interface FactSheet {
  readonly kind: string
  readonly effects: readonly Effect[]
  /** `public.orders (read: id, total)`. */
  readonly relations: readonly string[]
  readonly functions: readonly string[]
  readonly where: Where
  readonly limit: Limit
  readonly fingerprint: string
}

/** What became of one rule. */
export interface RuleReport {
  readonly rule: string
  readonly set: string
  readonly action: Action
  readonly observed: boolean
  /** False: `when` or `unless` leaves this identity out. */
  readonly concerned: boolean
  readonly findings: readonly Finding[]
  readonly hint: string | undefined
}

/** Explains a verdict that `decide` has given. */
export function explainWith(
  { identity, connection, analysis, now, estimates }: Request,
  compiled: CompiledConnection | undefined,
  access: Access,
  verdict: Verdict,
): Explanation {
  const statements = analysis.ok ? analysis.statements : []
  const questions = statements.map((one, index) =>
    askAbout(one, { index, count: statements.length, nowMs: now.getTime(), estimates }),
  )
  return {
    subject: identity.subject,
    connection,
    access,
    facts: analysis.ok ? questions.map(factsOf) : analysis.failure,
    rules: access.granted
      ? (compiled?.rules ?? []).map(({ compiled: rule, set, use }) =>
          report(rule, set, concerns(identity, use) && concerns(identity, rule.rule), questions),
        )
      : [],
    verdict,
    allowed: whatWouldBe(verdict),
  }
}

function factsOf({ statement, effects }: Question): FactSheet {
  return {
    kind: statement.kind,
    effects: effectsOf(effects),
    relations: statement.relations.map(describeRelation),
    functions: statement.functions.map(qualified),
    where: statement.where,
    limit: statement.limit,
    fingerprint: statement.fingerprint,
  }
}

function describeRelation(relation: Relation): string {
  const { columns, access } = relation
  const which = columns === 'all' ? 'all columns' : columns.length === 0 ? 'no column' : columns.join(', ')
  return `${qualified(relation)} (${access}: ${which})`
}

function qualified({ schema, name }: Pick<Relation, 'schema' | 'name'> | Statement['functions'][number]): string {
  return schema === undefined ? name : `${schema}.${name}`
}

function report(compiled: CompiledRule, set: string, concerned: boolean, questions: readonly Question[]): RuleReport {
  const { rule, judge } = compiled
  return {
    rule: rule.id,
    set,
    action: rule.action,
    observed: rule.observe,
    concerned,
    findings: concerned ? questions.map(judge).filter((finding) => finding !== undefined) : [],
    hint: rule.hint ?? hintOf(rule),
  }
}

function whatWouldBe({ action, findings }: Verdict): readonly string[] {
  if (action !== 'deny' && action !== 'approve') return []
  const hints = findings
    .filter((finding) => !finding.observed && finding.action === action)
    .map(({ hint }) => hint)
    .filter((hint) => hint !== undefined)
  return [...new Set(hints)]
}
