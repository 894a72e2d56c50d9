import { EFFECTS, type Effect, type Statement } from '@sallyport/core'

/** One statement of a text, ready to be judged by many rules. */
export interface Question {
  readonly statement: Statement
  /** Place of the statement in its text, from 0. */
  readonly index: number
  /** How many statements the text has. */
  readonly count: number
  /** The effects as bits, see `effectBits`. */
  readonly effects: number
  /** The statements behind it, which PREPARE and DECLARE show and EXECUTE and FETCH name: rules are asked about them as well. */
  readonly behind: readonly Question[]
  /** Milliseconds since the Unix epoch. */
  readonly nowMs: number
}

/** What the names of a session may stand for. More than one answer means that it is not known which; none, that nothing is known. */
export interface NamedStatements {
  readonly prepared: (name: string) => readonly Statement[]
  readonly cursor: (name: string) => readonly Statement[]
}

/** Where and when a statement is asked about. */
export interface Asking {
  readonly index: number
  readonly count: number
  readonly nowMs: number
  /** Undefined: every EXECUTE and FETCH has effects that cannot be told. */
  readonly names: NamedStatements | undefined
}

/** Makes the question that rules are asked. */
export function askAbout(statement: Statement, asking: Asking): Question {
  const { index, count, nowMs } = asking
  let effects = effectBits(statement.effects)
  const found = statement.session === undefined ? undefined : statementsBehind(statement.session, asking.names)
  if (found === undefined) return { statement, index, count, effects, behind: NONE, nowMs }

  // A known statement behind a name takes the place of "could not be told"; an unknown one puts it there.
  if (found.statements.length === 0) effects |= UNKNOWN
  else if (found.byName) effects &= ~UNKNOWN
  const behind = found.statements.map((one) => askAbout(one, { ...asking, names: undefined }))
  for (const one of behind) effects |= one.effects
  return { statement, index, count, effects, behind, nowMs }
}

function statementsBehind(
  session: NonNullable<Statement['session']>,
  names: NamedStatements | undefined,
): { readonly statements: readonly Statement[]; readonly byName: boolean } | undefined {
  switch (session.type) {
    case 'prepare':
    case 'declare':
      return { statements: session.statement === 'unknown' ? NONE : [session.statement], byName: false }
    case 'execute':
      return { statements: names?.prepared(session.name) ?? NONE, byName: true }
    case 'fetch':
      return { statements: names?.cursor(session.name) ?? NONE, byName: true }
    case 'set':
    case 'reset-all':
    case 'deallocate':
    case 'close':
    case 'copy':
      return undefined
  }
  return undefined
}

/** Effects as bits; a set that is empty tells nothing, so it counts as unknown. */
export function effectBits(effects: Iterable<Effect>): number {
  let bits = 0
  for (const effect of effects) bits |= BIT[effect] ?? UNKNOWN
  return bits === 0 ? UNKNOWN : bits
}

/** The effects behind the bits, mildest first. */
export function effectsOf(bits: number): readonly Effect[] {
  return EFFECTS.filter((effect) => (bits & BIT[effect]) !== 0)
}

const NONE: readonly never[] = []
const BIT = Object.fromEntries(EFFECTS.map((effect, index) => [effect, 2 ** index])) as Record<Effect, number>

/** The bit of `unknown`. */
export const UNKNOWN: number = BIT.unknown
