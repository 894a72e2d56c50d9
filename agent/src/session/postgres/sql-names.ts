import type { StatementFacts } from '../../masking/facts.ts'

/**
 * The names of prepared statements and portals that the SQL of a text may change behind the protocol's back. A text that nobody could read, and code
 * that no text shows, may change any.
 */
export function sqlNames(facts: StatementFacts): SqlNames | undefined {
  if (facts.parts.length === 0) return facts.source === undefined ? undefined : ANY
  const statements: string[] = []
  const portals: string[] = []
  for (const { statement } of facts.parts) {
    if (statement === undefined || statement.effects.has('procedural')) return ANY
    const change = statement.session
    if (statement.kind.startsWith('discard') || change?.type === 'reset-all') return ANY
    if (change?.type === 'prepare') statements.push(change.name)
    if (change?.type === 'declare') portals.push(change.name)
    if (change?.type === 'deallocate') {
      if (change.name === undefined) return ANY
      statements.push(change.name)
    }
    if (change?.type === 'close') {
      if (change.name === undefined) return ANY
      portals.push(change.name)
    }
  }
  return statements.length + portals.length === 0 ? undefined : { statements, portals }
}

interface SqlNames {
  readonly statements: readonly string[] | 'all'
  readonly portals: readonly string[] | 'all'
}

const ANY: SqlNames = { statements: 'all', portals: 'all' }
