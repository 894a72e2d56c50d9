import type { Grid, Screen } from '../screen/screen.ts'
import type { Guest } from './guest.ts'

/** What every step has at hand. */
export interface Tour {
  readonly screen: Screen
  /** The databases, each with its own way in. */
  readonly engines: readonly TourEngine[]
  readonly auditDirectory: string
  /** Runs another command of the command line. */
  readonly sallyport: (args: readonly string[]) => Promise<{ readonly code: number; readonly output: string }>
}

/** One database of the tour, and three ways to it. */
export interface TourEngine {
  readonly engine: 'postgres' | 'mysql'
  /** `PostgreSQL 18`. */
  readonly name: string
  /** Through the gateway, on the connection that may only read. */
  readonly readonly: Guest
  /** Through the gateway, on the connection that may write. */
  readonly write: Guest
  /** To the database itself, as its superuser: what is really there. */
  readonly direct: Guest
}

/** A step that shows the same on each engine. It writes to the screen and says what it found. */
export interface EngineStep {
  readonly title: string
  /** The one engine that has such a thing; absent when both have. */
  readonly only?: TourEngine['engine']
  readonly run: (engine: TourEngine, screen: Screen) => Promise<readonly Check[]>
}

/** A step about the whole: the log of all that came before. */
export interface Step {
  readonly title: string
  readonly run: (tour: Tour) => Promise<readonly Check[]>
}

/** A promise, and whether it held. */
export interface Check {
  readonly promise: string
  readonly held: boolean
}

/** Four customers, four scripts. */
export const CUSTOMER_IDS: readonly number[] = [12, 30, 37, 128]

/** Every value of `clear` that is nowhere to be found in `answer`, whole or within something else, is kept. */
export function isKept(clear: readonly (string | null)[], answer: Grid): boolean {
  const all = answer.rows.flat().join('\n')
  return clear.every((value) => value === null || !all.includes(value))
}

/** The values of one column. */
export function column(grid: Grid, name: string): readonly (string | null)[] {
  const at = grid.columns.indexOf(name)
  return grid.rows.map((row) => row[at] ?? null)
}
