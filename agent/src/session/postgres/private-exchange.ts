import {
  CloseComplete,
  DataRow,
  decodeBackendAs,
  ErrorResponse,
  type Field,
  type RawMessage,
  ReadyForQuery,
  RowDescription,
} from '@sallyport/pg-wire'

/** What the database answered to messages of the agent's own. */
export interface PrivateAnswer {
  readonly fields: readonly Field[] | undefined
  /** The first value of each row, as text. */
  readonly values: readonly string[]
  readonly error: ErrorResponse | undefined
}

/**
 * Messages that the agent sends for itself while nothing is owed; the client sees none of their answers. `ready`: a Sync is behind them, and its
 * ReadyForQuery ends the exchange. `close`: a Flush is, and the last CloseComplete or an error does.
 */
export class PrivateExchange {
  readonly answer: Promise<PrivateAnswer>
  readonly #end: 'ready' | 'close'
  readonly #values: string[] = []
  #resolve: (answer: PrivateAnswer) => void = () => undefined
  #fields: readonly Field[] | undefined
  #error: ErrorResponse | undefined
  #closed = 0

  constructor(end: 'ready' | 'close') {
    this.#end = end
    this.answer = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  /** Takes an answer; true when it was the last. */
  take(raw: RawMessage): boolean {
    if (raw.tag === RowDescription.tag) this.#fields = decodeBackendAs(RowDescription, raw).fields
    else if (raw.tag === DataRow.tag) this.#row(raw)
    else if (raw.tag === ErrorResponse.tag) this.#error = decodeBackendAs(ErrorResponse, raw)
    else if (raw.tag === CloseComplete.tag) this.#closed += 1
    const over =
      this.#end === 'ready' ? raw.tag === ReadyForQuery.tag : this.#error !== undefined || this.#closed === CLOSES
    if (over) this.#resolve({ fields: this.#fields, values: this.#values, error: this.#error })
    return over
  }

  #row(raw: RawMessage): void {
    const [value] = decodeBackendAs(DataRow, raw).values
    if (value != null) this.#values.push(Buffer.from(value).toString('utf8'))
  }
}

/** A statement is closed before it is made, in case an exchange before failed half-way; portal and statement are closed behind it. */
const CLOSES = 3
