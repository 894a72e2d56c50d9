import { connect, type Socket } from 'node:net'
import {
  decodeBackend,
  type BackendMessage,
  encodeFrontend,
  type FrontendMessage,
  MessageReader,
} from '@sallyport/pg-wire'

/** A client that keeps every byte it gets, and does nothing a driver would do for it. */
export class WireClient {
  readonly #socket: Socket
  readonly #reader = new MessageReader({ maxMessageBytes: 256 * 1024 * 1024, side: 'backend' })
  readonly #chunks: Buffer[] = []
  readonly messages: BackendMessage[] = []
  #ready = 0
  #closed = false
  #keeps = true
  #received = 0
  /** The last bytes, where nothing is kept. */
  #tail = Buffer.alloc(0)
  #wake: () => void = () => {}

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('error', () => {})
    socket.on('close', () => {
      this.#closed = true
      this.#wake()
    })
    socket.on('data', (chunk: Buffer) => {
      this.#received += chunk.length
      if (!this.#keeps) {
        this.#tail = Buffer.concat([this.#tail, chunk.subarray(-READY_BYTES)]).subarray(-READY_BYTES)
        if (this.#tail.subarray(0, -1).equals(READY)) this.#ready += 1
        this.#wake()
        return
      }
      this.#chunks.push(chunk)
      this.#reader.push(chunk)
      for (let raw = this.#reader.next(); raw !== undefined; raw = this.#reader.next()) {
        const message = decodeBackend(raw)
        this.messages.push(message)
        if (message.type === 'ReadyForQuery') this.#ready += 1
      }
      this.#wake()
    })
  }

  /** Opens a session and waits until it is ready. */
  static async open(port: number, parameters: Readonly<Record<string, string>> = {}): Promise<WireClient> {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true })
    const client = new WireClient(socket)
    const all = { user: 'u', database: 'd', ...parameters }
    client.send({
      type: 'StartupMessage',
      major: 3,
      minor: 0,
      parameters: Object.entries(all).map(([name, value]) => ({ name, value })),
    })
    await client.ready(1)
    return client
  }

  /** Bytes so far. */
  get received(): number {
    return this.#received
  }

  /** Whether what comes is kept; otherwise only counted. */
  keep(keeps: boolean): void {
    this.#keeps = keeps
  }

  get closed(): boolean {
    return this.#closed
  }

  /** ReadyForQuery messages so far. */
  get readyCount(): number {
    return this.#ready
  }

  /** Everything that came. */
  get bytes(): Buffer {
    return Buffer.concat(this.#chunks)
  }

  send(...messages: readonly FrontendMessage[]): void {
    this.#socket.write(Buffer.concat(messages.map((message) => encodeFrontend(message))))
  }

  /** Waits for that many ReadyForQuery messages in all, or for the end of the connection. */
  async ready(count: number): Promise<void> {
    await this.until(() => this.#ready >= count)
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition() && !this.#closed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  async query(query: string): Promise<void> {
    const count = this.#ready + 1
    this.send({ type: 'Query', query })
    await this.ready(count)
  }

  /** One statement in the extended protocol; results in the format asked for. */
  async extended(
    query: string,
    how: { readonly binary: boolean; readonly describe: 'none' | 'statement' | 'portal' },
  ): Promise<void> {
    const count = this.#ready + 1
    const { describe } = how
    this.send(
      { type: 'Parse', name: '', query, parameterTypes: [] },
      ...(describe === 'statement' ? [{ type: 'Describe', target: 'statement', name: '' } as const] : []),
      {
        type: 'Bind',
        portal: '',
        statement: '',
        parameterFormats: [],
        parameters: [],
        resultFormats: how.binary ? [1] : [],
      },
      ...(describe === 'portal' ? [{ type: 'Describe', target: 'portal', name: '' } as const] : []),
      { type: 'Execute', portal: '', maxRows: 0 },
      { type: 'Sync' },
    )
    await this.ready(count)
  }

  end(): void {
    this.#socket.destroy()
  }
}

const READY = Buffer.from([0x5a, 0, 0, 0, 5])
const READY_BYTES = 6
