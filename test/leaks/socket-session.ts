import type { Socket } from 'node:net'
import type { MaskingRules } from '@sallyport/masking'
import type { AgentControl, AgentSession, CloseReason, GatewayControl, SessionHandlers } from '@sallyport/tunnel'

export interface SocketSessionOptions {
  readonly engine: 'postgres' | 'mysql'
  readonly startup: ReadonlyMap<string, string>
  readonly rules: MaskingRules
  /** The agent is ready: the client is told in its protocol. */
  readonly onReady: (ready: Parameters<AgentSession['ready']>[0]) => void
  readonly onControl: (message: AgentControl) => void
  /** Bytes go to the client. */
  readonly onSent?: (bytes: Uint8Array) => void
}

/** A tunnel session whose other end is the socket of a client. */
export class SocketSession implements AgentSession {
  readonly id = 'session'
  readonly open: AgentSession['open']
  readonly #socket: Socket
  readonly #abort = new AbortController()
  readonly #options: SocketSessionOptions
  handlers: SessionHandlers<GatewayControl> | undefined
  closed: CloseReason | undefined

  constructor(socket: Socket, options: SocketSessionOptions) {
    this.#socket = socket
    this.#options = options
    this.open = {
      sessionId: 'session',
      connection: 'test',
      engine: options.engine,
      gateway: 'test',
      identity: { subject: 'alice', email: '', groups: [], kind: 'human', method: 'token' },
      client: { application: 'test', address: '' },
      startup: options.startup,
      masking: Buffer.from(JSON.stringify(options.rules)),
      limits: { statementTimeoutMs: 0, idleTimeoutMs: 0 },
      maskingVersion: '1',
      capabilities: [],
    }
    socket.on('drain', () => this.handlers?.onDrain())
    socket.on('close', () => this.#close('remote'))
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  ready(ready: Parameters<AgentSession['ready']>[0]): void {
    this.#options.onReady(ready)
  }

  refuse(): void {
    this.#socket.destroy()
  }

  handle(handlers: SessionHandlers<GatewayControl>): void {
    this.handlers = handlers
    this.#socket.on('data', (chunk: Buffer) => handlers.onData(chunk))
    this.#socket.resume()
  }

  send(data: Uint8Array): boolean {
    this.#options.onSent?.(data)
    return this.#socket.write(data)
  }

  control(message: AgentControl): boolean {
    this.#options.onControl(message)
    return true
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  end(): void {
    this.#socket.end()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  #close(by: 'local' | 'remote'): void {
    if (this.closed !== undefined) return
    this.closed = { code: 'ended', message: '', by }
    this.#abort.abort()
    this.handlers?.onClosed(this.closed)
  }
}
