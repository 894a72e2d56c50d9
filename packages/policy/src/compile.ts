import { BUILT_IN_SETS, compileRule, GuardrailError, type CompiledRule, type Rule } from '@sallyport/guardrails'
import type { ConnectionPolicy, PolicyConfig, SetUse } from './config.ts'
import type { PolicyProblem } from './errors.ts'

/** A rule as a connection uses it. */
export interface RuleInUse {
  readonly set: string
  readonly use: SetUse
  readonly compiled: CompiledRule
}

/** A connection with its rules compiled, in the order of the file. */
export interface CompiledConnection {
  readonly config: ConnectionPolicy
  readonly rules: readonly RuleInUse[]
}

/** The connections by name, and what is wrong with the policy; it is in force only when nothing is. */
export interface CompiledPolicy {
  readonly connections: ReadonlyMap<string, CompiledConnection>
  readonly problems: readonly PolicyProblem[]
}

/** Compiles every rule once, however many connections use it, and gathers all that is wrong. */
export function compileConnections(config: PolicyConfig): CompiledPolicy {
  const problems: PolicyProblem[] = []
  const sets = new Map<string, readonly CompiledRule[]>()
  for (const [name, rules] of BUILT_IN_SETS) sets.set(name, rules.map(compileRule))
  for (const [name, rules] of Object.entries(config.sets)) sets.set(name, compileSet(name, rules, problems))

  const connections = new Map<string, CompiledConnection>()
  for (const [index, connection] of config.connections.entries()) {
    const path = ['connections', index]
    if (connections.has(connection.name)) {
      problems.push({
        code: 'duplicate-connection',
        message: `There are two connections ${connection.name}.`,
        path: [...path, 'name'],
      })
    }
    connections.set(connection.name, { config: connection, rules: rulesOf(connection, sets, path, problems) })
  }
  return { connections, problems }
}

function compileSet(set: string, rules: readonly Rule[], problems: PolicyProblem[]): readonly CompiledRule[] {
  const compiled: CompiledRule[] = []
  for (const [index, rule] of rules.entries()) {
    try {
      compiled.push(compileRule(rule))
    } catch (error) {
      if (!(error instanceof GuardrailError)) throw error
      problems.push({
        code: 'rule',
        message: `Rule ${rule.id}: ${error.message}`,
        path: ['sets', set, index, error.key],
      })
    }
  }
  return compiled
}

function rulesOf(
  { name, guardrails }: ConnectionPolicy,
  sets: ReadonlyMap<string, readonly CompiledRule[]>,
  path: readonly (string | number)[],
  problems: PolicyProblem[],
): readonly RuleInUse[] {
  const rules: RuleInUse[] = []
  const ids = new Set<string>(RESERVED_IDS)
  for (const [index, use] of guardrails.entries()) {
    const here = [...path, 'guardrails', index]
    const set = sets.get(use.set)
    if (set === undefined) {
      const known = [...sets.keys()].join(', ')
      problems.push({
        code: 'unknown-set',
        message: `There is no rule set ${use.set}; there are ${known}.`,
        path: here,
      })
    }
    for (const compiled of set ?? []) {
      const { id } = compiled.rule
      if (ids.has(id)) {
        const message = RESERVED_IDS.includes(id)
          ? `The rule id ${id} is Sallyport's own.`
          : `The connection ${name} uses two rules ${id}; ids are unique, so that a refusal names one rule.`
        problems.push({ code: 'duplicate-id', message, path: here })
      }
      ids.add(id)
      rules.push({ set: use.set, use, compiled })
    }
  }
  return rules
}

/** Ids of findings that no policy makes. */
const RESERVED_IDS: readonly string[] = [
  'access',
  'unreadable',
  'unknown-effects',
  'session-safety',
  'planner-settings',
  'guard-failure',
]
