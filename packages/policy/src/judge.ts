import type { Analysis, Finding, Identity, Verdict } from '@sallyport/core'
import {
  askAbout,
  hintOf,
  plannerSettings,
  restsOnCost,
  sessionSafety,
  takesUnknown,
  unknownEffects,
  unreadable,
  type CompiledRule,
  type Estimates,
  type Question,
} from '@sallyport/guardrails'
import { concerns } from './audience.ts'
import type { CompiledConnection } from './compile.ts'
import { verdictOf } from './verdict.ts'

/** The rules of one connection as they stand for one identity. */
export interface Judge {
  readonly decide: (analysis: Analysis, nowMs: number, estimates?: Estimates) => Verdict
}

/** Settles once what depends on the identity alone. */
export function judgeFor(identity: Identity, { rules }: CompiledConnection): Judge {
  const mine = rules
    .filter(({ compiled, use }) => concerns(identity, use) && concerns(identity, compiled.rule))
    .map(({ compiled }) => compiled)
  const ruling = mine.filter(({ rule }) => rule.action !== 'allow')
  // Who may change what the planner counts with decides what it says.
  const holding = ruling.some(restsOnCost) ? [...ruling, plannerSettings] : ruling
  const letting = mine.filter(({ rule }) => rule.action === 'allow')
  // INVARIANT: an allow list is in force for everyone, also for those whom none of its rules concerns: they may do nothing.
  const everyList = rules.map(({ compiled }) => compiled).filter(({ rule }) => rule.action === 'allow')
  const lists: Lists = {
    enforced: listOf(everyList, letting, false),
    observed: listOf(everyList, letting, true),
  }
  return {
    decide: (analysis, nowMs, estimates) => {
      if (!analysis.ok) return verdictOf([unreadable(analysis.failure)], [])
      const findings: Finding[] = []
      const limiting: CompiledRule[] = []
      const waiting: Finding[] = []
      const { statements } = analysis
      for (let index = 0; index < statements.length; index++) {
        const statement = statements[index]
        if (statement !== undefined) {
          const question = askAbout(statement, { index, count: statements.length, nowMs, estimates })
          judgeOne(question, holding, lists, findings, limiting, waiting)
        }
      }
      const verdict = verdictOf(findings, limiting)
      return waiting.length === 0 ? verdict : waitingFor(verdict, waiting)
    },
  }
}

/** The allow rules that let pass, and the first of all, in whose name the rest is refused. */
interface AllowList {
  readonly rules: readonly CompiledRule[]
  readonly name: CompiledRule
}

interface Lists {
  readonly enforced: AllowList | undefined
  readonly observed: AllowList | undefined
}

/** What is observed learns from the rules in force as well: a statement that those let pass is no news. */
function listOf(all: readonly CompiledRule[], mine: readonly CompiledRule[], observe: boolean): AllowList | undefined {
  const name = all.find(({ rule }) => rule.observe === observe)
  return name && { name, rules: observe ? mine : mine.filter(({ rule }) => !rule.observe) }
}

function judgeOne(
  question: Question,
  holding: readonly CompiledRule[],
  lists: Lists,
  findings: Finding[],
  limiting: CompiledRule[],
  waiting: Finding[],
): void {
  let unknownTaken = false
  for (const compiled of holding) {
    const finding = compiled.judge(question)
    if (finding === undefined) continue
    findings.push(finding)
    if (question.estimate === 'wanted' && compiled.rule.match.costAbove !== undefined) waiting.push(finding)
    if (finding.action === 'limit' && !finding.observed) limiting.push(compiled)
    unknownTaken ||= takesUnknown(compiled)
  }
  for (const list of [lists.enforced, lists.observed]) {
    if (list === undefined) continue
    let found: Finding | undefined
    for (const compiled of list.rules) {
      const finding = compiled.judge(question)
      if (finding === undefined) continue
      found ??= finding
      unknownTaken ||= takesUnknown(compiled)
    }
    if (found === undefined) findings.push(notListed(list.name, question))
    else if (!findings.includes(found)) findings.push(found)
  }
  const unsafe = sessionSafety.judge(question)
  if (unsafe !== undefined) findings.push(unsafe)
  const unknown = unknownTaken ? undefined : unknownEffects.judge(question)
  if (unknown !== undefined) findings.push(unknown)
}

/** What is refused anyway needs no estimate. */
function waitingFor(verdict: Verdict, waiting: readonly Finding[]): Verdict {
  const refused = verdict.findings.some(
    (finding) => finding.action === 'deny' && !finding.observed && !waiting.includes(finding),
  )
  if (refused) return verdict
  const estimate = [...new Set(waiting.map(({ statement }) => statement ?? 0))]
  return { ...verdict, estimate }
}

function notListed({ rule }: CompiledRule, { statement, index }: Question): Finding {
  return {
    rule: rule.id,
    action: 'deny',
    message:
      rule.message ?? `This connection allows listed statements only, and this ${statement.kind} is not one of them.`,
    hint: rule.hint ?? hintOf(rule),
    statement: index,
    observed: rule.observe,
  }
}
