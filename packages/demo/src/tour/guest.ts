import type { Grid } from '../screen/screen.ts'

/** An ordinary client on one connection, of whichever engine. */
export interface Guest {
  /** What the engine's own client shows where one types, such as `shop-readonly=>`. */
  readonly prompt: string
  /** What a query answers, its values as text. */
  ask(query: string): Promise<Answer>
  /** The same through a prepared statement, its values in binary on the wire. */
  askInBinary(query: string): Promise<Answer>
  /** What PostgreSQL's COPY … TO STDOUT sends, as it comes; absent where the engine has no such thing. */
  readonly copyOut?: (statement: string) => Promise<string>
  /** Runs a statement that changes rows; resolves to how many, and what the engine's own client prints. */
  change(statement: string): Promise<{ readonly rows: number; readonly line: string }>
  /** Runs what should be refused. Undefined when it was not. */
  refusal(statement: string): Promise<Refusal | undefined>
  close(): Promise<void>
}

/** A grid, and the format of each column on the wire. */
export interface Answer extends Grid {
  readonly formats: readonly string[]
}

/** An error as the engine's own client prints it. */
export interface Refusal {
  /** Whether it is the error that a server gives where a privilege is missing. */
  readonly isDenial: boolean
  readonly lines: string
}
