import { Reader } from '@sallyport/bytes'
import {
  type Entry,
  type ErrPacket,
  FIELD_TYPE,
  type PreparedStatement,
  type RawPacket,
  readBinaryRow,
  readTextRow,
} from '@sallyport/mysql-wire'

/** What the database answered to a command of the agent's own. */
export interface PrivateAnswer {
  /** Its rows as text; NULL is undefined. Empty when there were too many, or of types that are not known. */
  readonly rows: readonly (readonly (string | undefined)[])[]
  /** What COM_STMT_PREPARE made. */
  readonly statement: PreparedStatement<unknown> | undefined
  readonly error: ErrPacket | undefined
}

/** A command that the agent sends for itself while nothing is owed; the client sees nothing of its answer. */
export class PrivateExchange {
  readonly answer: Promise<PrivateAnswer>
  #resolve: (answer: PrivateAnswer) => void = () => undefined
  #rows: (readonly (string | undefined)[])[] = []
  #unreadable = false

  constructor() {
    this.answer = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  row(raw: RawPacket, { columns, columnCount, format }: Entry<unknown>): void {
    const types = columns?.map(({ columnType }) => columnType)
    if (this.#rows.length >= MAX_ROWS || (format === 'binary' && types === undefined)) this.#unreadable = true
    if (this.#unreadable) return
    const body = new Reader(raw.payload)
    const { values } = format === 'binary' ? readBinaryRow(body, types ?? []) : readTextRow(body, columnCount)
    this.#rows.push(
      values.map((value, index) =>
        value === null ? undefined : asText(value, format === 'binary' ? types![index]! : TEXT),
      ),
    )
  }

  prepared(statement: PreparedStatement<unknown>): void {
    this.#end(undefined, statement)
  }

  /** It is answered; with an error when it failed. */
  over(error: ErrPacket | undefined): void {
    this.#end(error, undefined)
  }

  #end(error: ErrPacket | undefined, statement: PreparedStatement<unknown> | undefined): void {
    this.#resolve({ rows: this.#unreadable ? [] : this.#rows, statement, error })
  }
}

/** The types that a plan has in the binary protocol: numbers, and everything else as text. */
function asText(value: Uint8Array, type: number): string {
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength)
  if (type === FIELD_TYPE.LONGLONG) return String(view.getBigInt64(0, true))
  if (type === FIELD_TYPE.LONG) return String(view.getInt32(0, true))
  if (type === FIELD_TYPE.DOUBLE) return String(view.getFloat64(0, true))
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8')
}

const TEXT: number = FIELD_TYPE.VAR_STRING
/** Rows of a plan; one for each table and each query of a statement. */
const MAX_ROWS = 10_000
