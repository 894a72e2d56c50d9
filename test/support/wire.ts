import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { connect as connectTls, type ConnectionOptions } from 'node:tls'
import {
  ALPN_PROTOCOL,
  type BackendKeyData,
  type BackendMessage,
  decodeBackend,
  encodeFrontend,
  type FrontendMessage,
  MessageReader,
  noticeField,
} from '@sallyport/pg-wire'
import { readingFrom, type Next } from './arrivals.ts'

/** Where to connect, and as whom. */
export interface WireOptions {
  readonly host?: string
  readonly port: number
  readonly user: string
  readonly database: string
  /** Sent in the clear when it is asked for; a server that asks for anything else is an error. */
  readonly password?: string
  /** More start-up parameters. */
  readonly parameters?: Readonly<Record<string, string>>
  /** Minor version of the protocol to ask for; 0 by default. */
  readonly minor?: number
  /** TLS after an SSLRequest, or at once with `direct`. */
  readonly tls?: ConnectionOptions & { readonly direct?: boolean }
}

/**
 * A client that speaks the protocol word by word, for what no driver would do. It reads only while something is waited
 * for, so one that waits for nothing is a client that does not read.
 */
export interface Wire {
  readonly socket: Socket
  /** What came before the first ReadyForQuery: authentication, parameters, the key for CancelRequest. */
  readonly greeting: readonly BackendMessage[]
  send(...messages: readonly FrontendMessage[]): void
  /** The next message; undefined when the server has hung up. */
  next(timeoutMs?: number): Promise<BackendMessage | undefined>
  /** Messages up to and with the first of `type`, or `close` for all until the server hangs up. */
  until(type: BackendMessage['type'] | 'close', timeoutMs?: number): Promise<readonly BackendMessage[]>
  /** Sends a Query and waits for its ReadyForQuery. */
  query(text: string): Promise<readonly BackendMessage[]>
  /** Asks, on a connection of its own, to cancel what this one runs. */
  cancel(): Promise<void>
  destroy(): void
}

/** Opens a session. Rejects with the server's message when it is refused. */
export async function openWire(options: WireOptions): Promise<Wire> {
  const socket = await open(options)
  const messages = reading(socket)
  const send = (...sent: readonly FrontendMessage[]): void => {
    socket.write(Buffer.concat(sent.map((message) => encodeFrontend(message))))
  }
  const until = async (
    type: BackendMessage['type'] | 'close',
    timeoutMs = TIMEOUT_MS,
  ): Promise<readonly BackendMessage[]> => {
    const seen: BackendMessage[] = []
    for (;;) {
      const message = await messages(timeoutMs, () => `${type}, after ${seen.map((one) => one.type).join(' ')}`)
      if (message === undefined && type === 'close') return seen
      if (message === undefined)
        throw new Error(`the server hung up; before that came ${seen.map((one) => one.type).join(' ')}`)
      seen.push(message)
      if (message.type === type) return seen
    }
  }
  try {
    const parameters = Object.entries({ user: options.user, database: options.database, ...options.parameters })
    send({
      type: 'StartupMessage',
      major: 3,
      minor: options.minor ?? 0,
      parameters: parameters.map(([name, value]) => ({ name, value })),
    })
    const greeting = await greet(send, () => messages(TIMEOUT_MS, () => 'the end of the log-in'), options.password)
    return {
      socket,
      greeting,
      send,
      until,
      next: (timeoutMs = TIMEOUT_MS) => messages(timeoutMs, () => 'a message'),
      query: (text) => {
        send({ type: 'Query', query: text })
        return until('ReadyForQuery')
      },
      cancel: () => cancel(options, greeting),
      destroy: () => socket.destroy(),
    }
  } catch (error) {
    socket.destroy()
    throw error
  }
}

async function open(options: WireOptions): Promise<Socket> {
  const plain = connect({ host: options.host ?? '127.0.0.1', port: options.port, noDelay: true })
  // What goes wrong is seen by whoever reads: as the end of the stream.
  plain.on('error', () => {})
  await once(plain, 'connect')
  if (options.tls === undefined) return plain
  const { direct = false, ...tls } = options.tls
  if (!direct) {
    plain.write(encodeFrontend({ type: 'SSLRequest' }))
    const [answer] = (await once(plain, 'data')) as [Buffer]
    if (answer.toString('latin1') !== 'S') throw new Error(`SSLRequest was answered ${answer.toString('latin1')}`)
  }
  const secure = connectTls({ socket: plain, servername: 'localhost', ALPNProtocols: [ALPN_PROTOCOL], ...tls })
  await once(secure, 'secureConnect')
  secure.on('error', () => {})
  return secure
}

/** Messages as they are asked for. */
function reading(socket: Socket): Next<BackendMessage> {
  const reader = new MessageReader({ maxMessageBytes: MAX_MESSAGE_BYTES, side: 'backend' })
  return readingFrom(socket, {
    push: (chunk) => reader.push(chunk),
    next: () => {
      const raw = reader.next()
      return raw === undefined ? undefined : decodeBackend(raw)
    },
  })
}

async function greet(
  send: Wire['send'],
  next: () => Promise<BackendMessage | undefined>,
  password: string | undefined,
): Promise<readonly BackendMessage[]> {
  const greeting: BackendMessage[] = []
  for (;;) {
    const message = await next()
    if (message === undefined) throw new Error('the server hung up during the log-in')
    greeting.push(message)
    if (message.type === 'ReadyForQuery') return greeting
    if (message.type === 'ErrorResponse') throw new Error(noticeField(message, 'message') ?? 'refused')
    if (message.type === 'AuthenticationCleartextPassword') send({ type: 'PasswordMessage', password: password ?? '' })
    else if (message.type.startsWith('Authentication') && message.type !== 'AuthenticationOk') {
      throw new Error(`this client does not know ${message.type}`)
    }
  }
}

async function cancel(options: WireOptions, greeting: readonly BackendMessage[]): Promise<void> {
  const key = greeting.find((message): message is BackendKeyData => message.type === 'BackendKeyData')
  if (key === undefined) throw new Error('the server gave no key')
  const socket = await open(options)
  socket.resume()
  socket.end(encodeFrontend({ type: 'CancelRequest', processId: key.processId, secretKey: key.secretKey }))
  await once(socket, 'close')
}

const TIMEOUT_MS = 15_000
const MAX_MESSAGE_BYTES = 1100 * 1024 * 1024
