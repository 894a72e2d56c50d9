import {
  ACTIONS,
  type Action,
  type Finding,
  type LimitRules,
  type StatementLimits,
  type Verdict,
} from '@sallyport/core'
import { mergeLimits, NO_LIMITS, type CompiledRule } from '@sallyport/guardrails'

/** The most severe finding that is not merely observed decides; the limits are the smallest of all. */
export function verdictOf(findings: readonly Finding[], limiting: readonly CompiledRule[]): Verdict {
  if (findings.length === 0) return NOTHING_FOUND
  let action: Action = 'allow'
  for (const finding of findings) {
    if (!finding.observed && SEVERITY[finding.action] > SEVERITY[action]) action = finding.action
  }
  const ranked = findings.length === 1 ? findings : mostSevereFirst(findings)
  if (limiting.length === 0) return { action, findings: ranked, limits: NO_LIMITS }
  let limits: StatementLimits = NO_LIMITS
  for (const { rule } of limiting) limits = mergeLimits(limits, rule.limits)
  return { action, findings: ranked, limits, limitedBy: limitedBy(limits, limiting) }
}

/** The first rule that asks for each limit as it is in force. */
function limitedBy(limits: StatementLimits, limiting: readonly CompiledRule[]): LimitRules {
  const by = (key: keyof StatementLimits): string | undefined =>
    limits[key] === undefined ? undefined : limiting.find(({ rule }) => rule.limits[key] === limits[key])?.rule.id
  return { rows: by('rows'), bytes: by('bytes'), timeoutMs: by('timeoutMs') }
}

/** A verdict that refuses for one reason. */
export function denial(rule: string, message: string, hint: string | undefined): Verdict {
  const finding: Finding = { rule, action: 'deny', message, hint, statement: undefined, observed: false }
  return { action: 'deny', findings: [finding], limits: NO_LIMITS }
}

/** Stable, so that equals stay in the order of the rules; what is merely observed comes last. */
function mostSevereFirst(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted((one, other) => rank(other) - rank(one))
}

function rank({ action, observed }: Finding): number {
  return observed ? SEVERITY[action] - ACTIONS.length : SEVERITY[action]
}

const SEVERITY = Object.fromEntries(ACTIONS.map((action, index) => [action, index])) as Record<Action, number>
const NOTHING_FOUND: Verdict = { action: 'allow', findings: [], limits: NO_LIMITS }
