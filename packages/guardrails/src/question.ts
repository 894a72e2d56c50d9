import { EFFECTS, type Effect, type Estimate, type Statement } from '@sallyport/core'
import { isEstimated } from './estimated.ts'

/** One statement of a text, ready to be judged by many rules. */
export interface Question {
  readonly statement: Statement
  /** Place of the statement in its text, from 0. */
  readonly index: number
  /** How many statements the text has. */
  readonly count: number
  /** The effects as bits, see `effectBits`. */
  readonly effects: number
  /** The statement that PREPARE or DECLARE holds: rules are asked about it as well. */
  readonly held: Question | undefined
  /** Milliseconds since the Unix epoch. */
  readonly nowMs: number
  /** `none`: it has no cost, or not now. `wanted`: nobody has asked the planner yet. */
  readonly estimate: Estimate | 'none' | 'wanted'
}

/** Where and when a statement is asked about. */
export interface Asking {
  readonly index: number
  readonly count: number
  readonly nowMs: number
  /** By place in the text. `later`: nothing runs yet, so nothing has a cost. Undefined: nobody has asked the planner. */
  readonly estimates?: Estimates | undefined
}

/** What the planner says to the statements of a text, as far as it was asked. */
export type Estimates = 'later' | readonly (Estimate | undefined)[]

/** Makes the question that rules are asked. */
export function askAbout(statement: Statement, asking: Asking): Question {
  const { index, count, nowMs } = asking
  const { session } = statement
  const holds = session?.type === 'prepare' || session?.type === 'declare' ? session.statement : undefined
  // What runs is what the outer statement runs, and the planner is asked about that.
  const held =
    holds === undefined || holds === 'unknown' ? undefined : askAbout(holds, { ...asking, estimates: 'later' })
  // INVARIANT: what a statement holds is at least as severe as what it shows.
  const hidden = holds === 'unknown' ? UNKNOWN : (held?.effects ?? 0)
  const effects = effectBits(statement.effects) | hidden
  return { statement, index, count, effects, held, nowMs, estimate: estimateOf(statement, asking) }
}

function estimateOf(statement: Statement, { index, estimates }: Asking): Question['estimate'] {
  if (estimates === 'later' || !isEstimated(statement)) return 'none'
  return estimates?.[index] ?? 'wanted'
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

const BIT = Object.fromEntries(EFFECTS.map((effect, index) => [effect, 2 ** index])) as Record<Effect, number>

/** The bit of `unknown`. */
export const UNKNOWN: number = BIT.unknown
