import { BUILT_IN_SETS, type Rule } from '@sallyport/guardrails'
import type { ConnectionPolicy, PolicyConfig, SetUse } from '../config.ts'
import { disjoint, neverConcerns, whyNever } from './never.ts'
import { shadows, type PlacedRule } from './shadow.ts'
import type { PolicyWarning } from './warning.ts'

/**
 * What is unwise about a policy that compiles; empty when nothing is. It says only what is certain: a rule without a warning may still never
 * decide anything.
 */
export function lintPolicy(config: PolicyConfig): readonly PolicyWarning[] {
  const warnings: PolicyWarning[] = []
  const used = new Set(config.connections.flatMap(({ guardrails }) => guardrails.map(({ set }) => set)))
  for (const [set, rules] of Object.entries(config.sets)) {
    if (!used.has(set)) {
      warnings.push({ code: 'unused-set', message: `No connection uses the rule set ${set}.`, path: ['sets', set] })
    }
    for (const [index, rule] of rules.entries()) {
      const because = whyNever(rule)
      if (because === undefined) continue
      const message = `The rule ${rule.id} never matches: ${because}.`
      warnings.push({ code: 'never-matches', message, path: ['sets', set, index] })
    }
  }
  for (const [index, connection] of config.connections.entries()) {
    warnings.push(...lintConnection(connection, config, ['connections', index]))
  }
  return warnings
}

function lintConnection(
  connection: ConnectionPolicy,
  config: PolicyConfig,
  path: readonly (string | number)[],
): readonly PolicyWarning[] {
  const { name, access, guardrails } = connection
  const warnings: PolicyWarning[] = []
  const rules = guardrails.flatMap((use, index) => placed(use, index, config))
  for (const [index, use] of guardrails.entries()) {
    const nobody = neverConcerns(use) || (access !== undefined && disjoint(access, use.when))
    if (!nobody) continue
    const message = `The set ${use.set} is for nobody who may use the connection ${name}.`
    warnings.push({ code: 'never-matches', message, path: [...path, 'guardrails', index] })
  }
  for (const one of rules) {
    const { id, when } = one.rule
    if (access !== undefined && disjoint(access, when)) {
      const message = `The rule ${id} is for nobody who may use the connection ${name}.`
      warnings.push({ code: 'never-matches', message, path: [...path, 'guardrails', one.use] })
      continue
    }
    const other = rules.find((candidate) => candidate !== one && shadows(candidate, one))
    if (other === undefined) continue
    const message = `On the connection ${name} the rule ${id} decides nothing: whatever it matches, ${other.rule.id} settles.`
    warnings.push({ code: 'shadowed', message, path: [...path, 'guardrails', one.use] })
  }
  return warnings
}

function placed({ set, when, unless }: SetUse, use: number, { sets }: PolicyConfig): readonly PlacedRule[] {
  const rules: readonly Rule[] = sets[set] ?? BUILT_IN_SETS.get(set) ?? []
  return rules.map((rule, index) => ({ rule, use, index, setWhen: when, setUnless: unless }))
}
