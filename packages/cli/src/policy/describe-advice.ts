import type { Finding } from '@sallyport/core'
import type { FactSheet, RuleReport } from '@sallyport/policy'
import type { Advice } from './adviser.ts'

/** What an adviser said, for people. */
export function describeAdvice({ identity, engine, at, explanation, normalised }: Advice): string {
  const { subject, groups, kind } = identity
  const { connection, access, facts, rules, verdict, allowed } = explanation
  const lines = [
    `${subject} (${kind}, ${groups.length === 0 ? 'no groups' : `groups ${groups.join(', ')}`}) on ${connection} (${engine}) at ${at.toISOString()}`,
    `access   ${access.reason}`,
    '',
  ]
  if ('code' in facts)
    lines.push(`The text cannot be read (${facts.code}): ${facts.message}${placeOf(facts.position)}.`, '')
  else
    for (const [index, sheet] of facts.entries())
      lines.push(...describeFacts(sheet, index, normalised[index] ?? ''), '')
  if (rules.length > 0) lines.push('rules', ...describeRules(rules), '')
  lines.push(`verdict  ${verdict.action}`)
  for (const finding of verdict.findings) lines.push(`  ${describeFinding(finding)}`)
  const { rows, bytes, timeoutMs } = verdict.limits
  if (rows !== undefined) lines.push(`  at most ${rows} rows`)
  if (bytes !== undefined) lines.push(`  at most ${bytes} bytes`)
  if (timeoutMs !== undefined) lines.push(`  at most ${timeoutMs} ms`)
  if (allowed.length > 0) lines.push('', 'what would be allowed', ...allowed.map((sentence) => `  ${sentence}`))
  return `${lines.join('\n')}\n`
}

function describeFacts(facts: FactSheet, index: number, normalised: string): readonly string[] {
  const { kind, effects, relations, functions, where, limit, fingerprint } = facts
  const lines: readonly (readonly [string, string])[] = [
    ['effects', effects.join(', ')],
    ['relations', relations.join(', ')],
    ['functions', functions.join(', ')],
    ['where', where === 'none' ? '' : where],
    ['limit', limit === 'none' ? '' : String(limit)],
    ['fingerprint', fingerprint],
    ['normalised', normalised],
  ]
  return [
    `statement ${index + 1}: ${kind}`,
    ...lines.filter(([, value]) => value !== '').map(([key, value]) => `  ${key.padEnd(11)}  ${value}`),
  ]
}

function describeRules(rules: readonly RuleReport[]): readonly string[] {
  const rows = rules.map((rule) => [rule.rule, rule.set, rule.action, outcomeOf(rule)] as const)
  const width = (column: 0 | 1 | 2): number => Math.max(...rows.map((row) => row[column].length))
  const widths = [width(0), width(1), width(2)] as const
  return rows.map(
    ([id, set, action, outcome]) =>
      `  ${id.padEnd(widths[0])}  ${set.padEnd(widths[1])}  ${action.padEnd(widths[2])}  ${outcome}`,
  )
}

function outcomeOf({ concerned, findings, observed }: RuleReport): string {
  if (!concerned) return 'is not for this identity'
  return `${findings.length > 0 ? 'matches' : 'does not match'}${observed ? ' (observes only)' : ''}`
}

function describeFinding({ rule, action, message, statement, observed }: Finding): string {
  const where = statement === undefined ? '' : ` (statement ${statement + 1})`
  return `${rule}: ${observed ? `would ${action}` : action}${where}: ${message}`
}

function placeOf(position: number | undefined): string {
  return position === undefined ? '' : ` at character ${position + 1}`
}
