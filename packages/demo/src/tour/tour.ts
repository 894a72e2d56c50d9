import type { Client } from 'pg'
import type { Grid, Screen } from '../screen/screen.ts'

/** What every step has at hand. */
export interface Tour {
  readonly screen: Screen
  /** Through the gateway, on `shop-readonly`. */
  readonly readonly: Client
  /** Through the gateway, on `shop-write`. */
  readonly write: Client
  /** To the database itself, as its superuser: what is really there. */
  readonly direct: Client
  readonly auditDirectory: string
  /** Runs another command of the command line. */
  readonly sallyport: (args: readonly string[]) => Promise<{ readonly code: number; readonly output: string }>
}

/** One step of the tour. It writes to the screen and says what it found. */
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

/** What `query` answers, as text. */
export async function ask(client: Client, query: string, binary = false): Promise<Answer> {
  // The driver would turn dates into Dates and JSON into objects; the tour shows what came over the wire.
  const asked = { text: query, rowMode: 'array' as const, binary, types: AS_SENT, ...(binary ? EXTENDED : {}) }
  const result = await client.query<(string | null)[]>(asked)
  return {
    columns: result.fields.map((field) => field.name),
    rows: result.rows,
    formats: result.fields.map((field) => field.format),
  }
}

/** A grid, and the format of each column on the wire. */
export interface Answer extends Grid {
  readonly formats: readonly string[]
}

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

// Formats can be asked for in the extended query alone.
const EXTENDED = { queryMode: 'extended' }

const AS_SENT = {
  getTypeParser:
    () =>
    (value: unknown): unknown =>
      Buffer.isBuffer(value) ? value.toString('utf8') : value,
}
