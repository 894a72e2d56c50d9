import { CLIENT, COMMAND, has, hasExtended, MARIADB, SERVER_STATUS, type Capabilities } from '@sallyport/mysql-wire'

/** What a packet of the server is. */
export type PacketKind = 'ok' | 'err' | 'eof' | 'columns' | 'column' | 'row' | 'prepared' | 'file' | 'text' | 'progress'

/** A packet's kind, and whether its command is answered with it. */
export interface Taken {
  readonly kind: PacketKind
  readonly last: boolean
}

/**
 * Tells the packets of replies apart, from the documentation alone and without the package that does so in the product: an error in that one must
 * not be one here too. It knows nothing of what was asked but the commands' numbers, so any bytes may be sent.
 */
export class Replies {
  readonly #capabilities: Capabilities
  readonly #owed: number[] = []
  #stage: Stage = { at: 'head' }
  #outs = false

  constructor(capabilities: Capabilities) {
    this.#capabilities = capabilities
  }

  /** Commands without a whole reply. */
  get owed(): number {
    return this.#owed.length
  }

  /** A command was sent whose number, the first byte of its payload, is this. */
  sent(command: number): void {
    if (!SILENT.has(command)) this.#owed.push(command)
  }

  take(payload: Uint8Array): Taken {
    const command = this.#owed[0]
    if (command === undefined) return { kind: payload[0] === 0xff ? 'err' : 'text', last: false }
    const { kind, stage } = this.#read(command, payload)
    const last = stage === undefined
    if (last) this.#owed.shift()
    this.#stage = stage ?? { at: 'head' }
    return { kind, last }
  }

  #read(command: number, payload: Uint8Array): Step {
    const stage = this.#stage
    const first = payload[0] ?? -1
    if (first === 0xff) {
      const progress = hasExtended(this.#capabilities, MARIADB.PROGRESS) && payload[1] === 0xff && payload[2] === 0xff
      return progress ? { kind: 'progress', stage } : { kind: 'err', stage: undefined }
    }
    if (stage.at === 'head') return this.#head(command, payload, first)
    if (stage.at === 'definitions') return this.#definition(stage, payload)
    if (!this.#isEnd(payload)) return { kind: command === COMMAND.COM_FIELD_LIST ? 'column' : 'row', stage }
    const more = this.#more(payload) || this.#outs
    this.#outs = false
    return { kind: 'eof', stage: more ? { at: 'head' } : undefined }
  }

  #head(command: number, payload: Uint8Array, first: number): Step {
    if (command === COMMAND.COM_STATISTICS) return { kind: 'text', stage: undefined }
    if (command === COMMAND.COM_FIELD_LIST || command === COMMAND.COM_STMT_FETCH) {
      this.#stage = { at: 'rows' }
      return this.#read(command, payload)
    }
    if (command === COMMAND.COM_STMT_PREPARE) return this.#prepared(payload)
    if (first === 0x00) return { kind: 'ok', stage: this.#more(payload) ? { at: 'head' } : undefined }
    if (first === 0xfe) return { kind: 'eof', stage: undefined }
    if (first === 0xfb) return { kind: 'file', stage: { at: 'head' } }
    const { value: columns, next } = lenenc(payload, 0)
    const follows = !this.#mayLeaveOut || payload[next] !== 0
    return { kind: 'columns', stage: this.#definitions(follows ? [columns] : [0], 'rows') }
  }

  #prepared(payload: Uint8Array): Step {
    const view = Buffer.from(payload)
    const [columns, parameters] = [view.readUInt16LE(5), view.readUInt16LE(7)]
    const follows = !has(this.#capabilities, CLIENT.OPTIONAL_RESULTSET_METADATA) || payload[12] !== 0
    const lists = [parameters, columns].filter((count) => count > 0).map((count) => (follows ? count : 0))
    return { kind: 'prepared', stage: this.#definitions(lists, 'end') }
  }

  /** Lists of definitions to come, each with its EOF where there are any. */
  #definitions(lists: readonly number[], after: 'rows' | 'end'): Stage | undefined {
    const [left, ...rest] = lists
    const end: Stage | undefined = after === 'rows' ? { at: 'rows' } : undefined
    if (left === undefined) return end
    if (left === 0 && this.#hasNoEof) return this.#definitions(rest, after)
    return { at: 'definitions', left, rest, after }
  }

  #definition(stage: Extract<Stage, { at: 'definitions' }>, payload: Uint8Array): Step {
    const { left, rest, after } = stage
    if (left === 0) {
      // A cursor keeps the rows: the EOF behind the definitions is the last packet.
      const status = Buffer.from(payload).readUInt16LE(3)
      const cursor = after === 'rows' && (status & SERVER_STATUS.CURSOR_EXISTS) !== 0
      // Of OUT parameters only this EOF says that an OK follows on their row.
      this.#outs = (status & OUTS) === OUTS
      return { kind: 'eof', stage: cursor ? undefined : this.#definitions(rest, after) }
    }
    if (left > 1 || !this.#hasNoEof) return { kind: 'column', stage: { ...stage, left: left - 1 } }
    return { kind: 'column', stage: this.#definitions(rest, after) }
  }

  #isEnd(payload: Uint8Array): boolean {
    return payload[0] === 0xfe && payload.length < (this.#hasNoEof ? 0xff_ffff : 9)
  }

  /** Whether an OK, or what ends rows, says that another result follows. */
  #more(payload: Uint8Array): boolean {
    const view = Buffer.from(payload)
    let at = 3
    if (payload[0] === 0x00 || this.#hasNoEof) at = lenenc(payload, lenenc(payload, 1).next).next
    return (view.readUInt16LE(at) & SERVER_STATUS.MORE_RESULTS_EXISTS) !== 0
  }

  get #hasNoEof(): boolean {
    return has(this.#capabilities, CLIENT.DEPRECATE_EOF)
  }

  get #mayLeaveOut(): boolean {
    return (
      has(this.#capabilities, CLIENT.OPTIONAL_RESULTSET_METADATA) ||
      hasExtended(this.#capabilities, MARIADB.CACHE_METADATA)
    )
  }
}

type Stage =
  | { readonly at: 'head' | 'rows' }
  | {
      readonly at: 'definitions'
      /** Definitions of this list that have not come; at 0 only its EOF is missing. */
      readonly left: number
      readonly rest: readonly number[]
      readonly after: 'rows' | 'end'
    }

interface Step {
  readonly kind: PacketKind
  /** What comes next; undefined when the command is answered. */
  readonly stage: Stage | undefined
}

function lenenc(payload: Uint8Array, at: number): { readonly value: number; readonly next: number } {
  const view = Buffer.from(payload)
  const first = view[at] ?? 0
  if (first === 0xfc) return { value: view.readUInt16LE(at + 1), next: at + 3 }
  if (first === 0xfd) return { value: view.readUIntLE(at + 1, 3), next: at + 4 }
  if (first === 0xfe) return { value: Number(view.readBigUInt64LE(at + 1)), next: at + 9 }
  return { value: first, next: at + 1 }
}

const OUTS = SERVER_STATUS.PS_OUT_PARAMS | SERVER_STATUS.MORE_RESULTS_EXISTS
const SILENT: ReadonlySet<number> = new Set([COMMAND.COM_QUIT, COMMAND.COM_STMT_CLOSE, COMMAND.COM_STMT_SEND_LONG_DATA])
