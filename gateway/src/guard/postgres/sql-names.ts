import type { Analysis } from '@sallyport/core'
import type { SqlNames } from '@sallyport/pg-wire'

/**
 * Which names of statements and portals the SQL of a text may change; undefined when none, which is the common case. EXECUTE and FETCH must have
 * been resolved, because what they stand for decides.
 */
export function sqlNames(analysis: Analysis): SqlNames | undefined {
  if (!analysis.ok) return undefined
  let names: { statements: string[] | 'all'; portals: string[] | 'all' } | undefined
  for (const { session, effects } of analysis.statements) {
    // Code that the text does not show may DEALLOCATE and PREPARE as well.
    if (effects.has('procedural') || effects.has('unknown')) return { statements: 'all', portals: 'all' }
    switch (session?.type) {
      case 'prepare':
      case 'deallocate':
        names ??= { statements: [], portals: [] }
        names.statements = added(names.statements, session.name)
        break
      case 'declare':
      case 'close':
        names ??= { statements: [], portals: [] }
        names.portals = added(names.portals, session.name)
        break
      case 'reset-all':
        names = { statements: 'all', portals: 'all' }
        break
      // Only MySQL changes several at once.
      case 'several':
      case 'set':
      case 'execute':
      case 'fetch':
      case 'copy':
      case undefined:
        break
    }
  }
  return names
}

function added(names: string[] | 'all', name: string | undefined): string[] | 'all' {
  return names === 'all' || name === undefined ? 'all' : [...names, name]
}
