import { Writer } from '@sallyport/bytes'
import { writeBinaryRow } from '../../backend/binary-row.ts'
import type { BackendMessage } from '../../backend/message.ts'
import { encodeBackend } from '../../backend/message.ts'
import { writeTextRow } from '../../backend/text-row.ts'
import { type Capabilities, CLIENT, has } from '../../capabilities.ts'
import { encodePackets, packetsOf } from '../../framing/encode-packets.ts'
import { PacketReader } from '../../framing/packet-reader.ts'
import { type CommandContext, LAST_STATEMENT } from '../../frontend/codec.ts'
import type { ComStmtExecute } from '../../frontend/com-stmt-execute.ts'
import { decodeFrontend, type FrontendMessage } from '../../frontend/message.ts'
import type { ParameterType } from '../../frontend/parameters.ts'
import { SERVER_STATUS } from '../../status.ts'
import { FIELD_TYPE } from '../../values.ts'

interface Prepared {
  readonly id: number
  readonly text: string
  types: readonly ParameterType[] | undefined
  readonly longData: Map<number, string>
  /** Rows that a cursor still holds. */
  cursor: string[]
}

/**
 * A server as far as the order and form of its replies go, knowing nothing of Conversation. Its SQL is words with a label: `ok#1`, `rows#1`, `fail#1`,
 * several of them with `;` between; `rows?#1` has a parameter, which its rows carry. Other words cannot be prepared.
 */
export class ModelServer {
  readonly #capabilities: Capabilities
  readonly #statements = new Map<number, Prepared>()
  #last: Prepared | undefined
  #nextId = 1
  #sequence = 1
  #out: number[] = []

  constructor(capabilities: Capabilities) {
    this.#capabilities = capabilities
  }

  /** What the server answers to packets of one command, or of several. */
  receive(bytes: Uint8Array): Uint8Array {
    this.#out = []
    const reader = new PacketReader({ maxMessageBytes: 1 << 20 })
    reader.push(bytes)
    for (let raw = reader.next(); raw !== undefined; raw = reader.next()) {
      this.#sequence = raw.nextSequence
      this.#run(decodeFrontend(raw, this.#context()))
    }
    return Uint8Array.from(this.#out)
  }

  #context(): CommandContext {
    return {
      capabilities: this.#capabilities,
      shapeFor: (id) => {
        const found = this.#find(id)
        if (found === undefined) return undefined
        return {
          parameterCount: found.text.includes('?') ? 1 : 0,
          parameterTypes: found.types,
          longData: new Set(found.longData.keys()),
        }
      },
    }
  }

  #find(id: number): Prepared | undefined {
    return id === LAST_STATEMENT ? this.#last : this.#statements.get(id)
  }

  #run(message: FrontendMessage): void {
    switch (message.type) {
      case 'COM_QUERY':
        return this.#query(new TextDecoder().decode(message.query).split(';'))
      case 'COM_STMT_PREPARE':
        return this.#prepare(new TextDecoder().decode(message.query))
      case 'COM_STMT_EXECUTE':
        return this.#execute(message)
      case 'COM_STMT_FETCH': {
        const statement = this.#find(message.statementId)
        if (statement === undefined || statement.cursor.length === 0) return this.#fail('no cursor')
        for (const value of statement.cursor.splice(0, message.rows)) this.#row(value, true)
        return this.#end(statement.cursor.length === 0 ? SERVER_STATUS.LAST_ROW_SENT : SERVER_STATUS.CURSOR_EXISTS)
      }
      case 'COM_STMT_SEND_LONG_DATA': {
        const data = this.#find(message.statementId)?.longData
        data?.set(message.parameter, `${data.get(message.parameter) ?? ''}${new TextDecoder().decode(message.data)}`)
        return
      }
      case 'COM_STMT_RESET': {
        const statement = this.#find(message.statementId)
        if (statement === undefined) return this.#fail('no such statement')
        statement.longData.clear()
        statement.cursor = []
        return this.#ok()
      }
      case 'COM_STMT_CLOSE': {
        const statement = this.#find(message.statementId)
        if (statement !== undefined) this.#statements.delete(statement.id)
        if (this.#last === statement) this.#last = undefined
        return
      }
      case 'COM_RESET_CONNECTION':
        this.#statements.clear()
        this.#last = undefined
        return this.#ok()
      case 'COM_FIELD_LIST':
        this.#column()
        this.#column()
        return this.#end()
      case 'COM_STATISTICS':
        return this.#send({ type: 'Statistics', text: 'Uptime: 1' })
      case 'COM_PING':
        return this.#ok()
      case 'COM_SET_OPTION':
        return this.#end()
      case 'COM_CHANGE_USER':
      case 'COM_DEBUG':
      case 'COM_INIT_DB':
      case 'COM_PROCESS_INFO':
      case 'COM_PROCESS_KILL':
      case 'COM_QUIT':
      case 'COM_REFRESH':
      case 'COM_STMT_BULK_EXECUTE':
      case 'unavailable':
        throw new Error(`${message.type} came, and should not have`)
    }
  }

  #query(texts: readonly string[]): void {
    for (const [index, text] of texts.entries()) {
      const more = index < texts.length - 1 ? SERVER_STATUS.MORE_RESULTS_EXISTS : 0
      if (text.startsWith('rows')) this.#result([text, text], false, more)
      else if (text.startsWith('ok')) this.#ok(more)
      else return this.#fail(text)
    }
  }

  #prepare(text: string): void {
    this.#last = undefined
    if (!text.startsWith('rows') && !text.startsWith('ok')) return this.#fail(text)
    const statement = { id: this.#nextId, text, types: undefined, longData: new Map(), cursor: [] }
    this.#nextId += 1
    this.#statements.set(statement.id, statement)
    this.#last = statement
    const parameters = text.includes('?') ? 1 : 0
    const columns = text.startsWith('rows') ? 1 : 0
    this.#send({
      type: 'COM_STMT_PREPARE_OK',
      statementId: statement.id,
      columns,
      parameters,
      warnings: 0,
      metadataFollows: true,
    })
    for (const count of [parameters, columns]) {
      if (count === 0) continue
      this.#column()
      if (!this.#deprecated) this.#end()
    }
  }

  #execute(message: ComStmtExecute): void {
    const statement = this.#find(message.statementId)
    if (statement === undefined || message.parameters === 'unknown') return this.#fail('no such statement')
    if (message.bound) statement.types = message.parameters.map(({ type, unsigned, name }) => ({ type, unsigned, name }))
    statement.cursor = []
    const values = message.parameters.map(({ value }, index) =>
      value === 'long-data' ? statement.longData.get(index) : value === null ? 'NULL' : new TextDecoder().decode(value),
    )
    statement.longData.clear()
    const value = [statement.text, ...values].join('=')
    if (!statement.text.startsWith('rows')) return this.#ok()
    if (message.flags === 0) return this.#result([value, value], true, 0)
    statement.cursor = [value, value, value]
    this.#send({ type: 'ColumnCount', columns: 1, metadataFollows: true })
    this.#column()
    this.#end(SERVER_STATUS.CURSOR_EXISTS)
  }

  #result(values: readonly string[], binary: boolean, more: number): void {
    this.#send({ type: 'ColumnCount', columns: 1, metadataFollows: true })
    this.#column()
    if (!this.#deprecated) this.#end()
    for (const value of values) this.#row(value, binary)
    this.#end(more)
  }

  #row(text: string, binary: boolean): void {
    const body = new Writer()
    const values = [new TextEncoder().encode(text)]
    if (binary) writeBinaryRow({ type: 'BinaryRow', values }, body, [FIELD_TYPE.VAR_STRING])
    else writeTextRow({ type: 'TextRow', values }, body)
    this.#packets(encodePackets(body.view(), this.#sequence), packetsOf(body.length))
  }

  #column(): void {
    this.#send(COLUMN)
  }

  #ok(status: number = 0): void {
    this.#send({ ...OK, status })
  }

  #end(status: number = 0): void {
    if (this.#deprecated) this.#send({ ...OK, end: true, status })
    else this.#send({ type: 'EOF', warnings: 0, status })
  }

  #fail(message: string): void {
    this.#send({ type: 'ERR', errorCode: 1064, sqlState: '42000', message })
  }

  #send(message: BackendMessage): void {
    this.#packets(encodeBackend(message, this.#capabilities, this.#sequence), 1)
  }

  #packets(bytes: Uint8Array, count: number): void {
    this.#out.push(...bytes)
    this.#sequence = (this.#sequence + count) & 0xff
  }

  get #deprecated(): boolean {
    return has(this.#capabilities, CLIENT.DEPRECATE_EOF)
  }
}

const OK = {
  type: 'OK',
  end: false,
  affectedRows: 0n,
  lastInsertId: 0n,
  status: 0,
  warnings: 0,
  info: '',
  sessionState: undefined,
} as const

const COLUMN = {
  type: 'ColumnDefinition',
  catalog: 'def',
  schema: 's',
  table: 't',
  orgTable: 't',
  name: 'n',
  orgName: 'n',
  extended: new Uint8Array(0),
  characterSet: 45,
  columnLength: 100,
  columnType: FIELD_TYPE.VAR_STRING,
  flags: 0,
  decimals: 0,
  defaultValue: undefined,
} as const
