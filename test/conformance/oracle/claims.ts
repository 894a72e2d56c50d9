import type { Effect, Statement } from '@sallyport/core'

/** What a server shows to have changed. */
export type Change = 'rows' | 'catalogue' | 'sequence' | 'settings' | 'locks' | 'log'

/** What a server did with a text. */
export interface Observation {
  /** Its error code; undefined when it ran to its end. */
  readonly error: string | undefined
  readonly changes: ReadonlySet<Change>
  /** How many statements it saw, where it ran them all. */
  readonly statements: number | undefined
}

export const HARMLESS: ReadonlySet<Effect> = new Set(['read', 'session', 'transaction'])

export function isHarmless(statements: readonly Statement[]): boolean {
  return statements.every(({ effects }) => [...effects].every((effect) => HARMLESS.has(effect)))
}

/** Every effect of a text. */
export function effectsOf(statements: readonly Statement[]): ReadonlySet<Effect> {
  return new Set(statements.flatMap(({ effects }) => [...effects]))
}

/** The changes that nothing of what is claimed accounts for. */
export function unclaimed(statements: readonly Statement[], { changes }: Observation): readonly Change[] {
  const effects = effectsOf(statements)
  return [...changes].filter((change) => !CLAIMS[change].some((effect) => effects.has(effect)))
}

/** What accounts for a change: the effect itself, or one behind which everything may hide. */
const CLAIMS: Readonly<Record<Change, readonly Effect[]>> = {
  rows: ['write', 'ddl', 'procedural', 'unknown'],
  catalogue: ['ddl', 'dcl', 'write', 'admin', 'procedural', 'unknown'],
  sequence: ['write', 'ddl', 'procedural', 'unknown'],
  settings: ['session', 'transaction', 'dcl', 'admin', 'procedural', 'unknown'],
  locks: ['session', 'write', 'procedural', 'unknown'],
  log: ['write', 'ddl', 'dcl', 'admin', 'network', 'procedural', 'unknown'],
}
