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
  /** The statement that PREPARE or DECLARE wraps: rules are asked about it as well. */
  readonly inner: Question | undefined
  /** Milliseconds since the Unix epoch. */
  readonly nowMs: number
}

/** Makes the question that rules are asked. */
export function askAbout(statement: Statement, index: number, count: number, nowMs: number): Question {
  const wrapped = wrappedBy(statement)
  const inner = wrapped === undefined || wrapped === 'unknown' ? undefined : askAbout(wrapped, index, count, nowMs)
  let effects = effectBits(statement.effects)
  // INVARIANT: what a wrapper hides is at least as severe as what it shows.
  if (wrapped === 'unknown') effects |= UNKNOWN
  if (inner !== undefined) effects |= inner.effects
  return { statement, index, count, effects, inner, nowMs }
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

function wrappedBy(statement: Statement): Statement | 'unknown' | undefined {
  const { session } = statement
  return session?.type === 'prepare' || session?.type === 'declare' ? session.statement : undefined
}

const BIT = Object.fromEntries(EFFECTS.map((effect, index) => [effect, 2 ** index])) as Record<Effect, number>

/** The bit of `unknown`. */
export const UNKNOWN: number = BIT.unknown
