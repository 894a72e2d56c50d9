import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import {
  MessageReader,
  decodeBackend,
  encodeFrontend,
  noticeField,
  type BackendMessage,
  type NoticeField,
} from '@sallyport/pg-wire'
import type { Transcript } from './parse.ts'

/** Where to replay, and as whom; the password is sent in the clear when it is asked for. */
export interface Place {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly database: string
  readonly password?: string
}

/** What came back: messages as text, in order; `closed` at the end when the server hung up. */
export async function replay(place: Place, transcript: Transcript): Promise<readonly string[]> {
  const session = await open(place)
  const received: string[] = []
  try {
    let out: Uint8Array[] = []
    for (const step of transcript.steps) {
      if (step.type === 'send') {
        out.push(encodeFrontend(step.message))
        continue
      }
      session.socket.write(Buffer.concat(out))
      out = []
      received.push(...(await session.until(step.message, step.count, transcript.title)))
    }
    return received
  } finally {
    session.socket.destroy()
  }
}

interface Session {
  readonly socket: Socket
  readonly until: (type: string, count: number, title: string) => Promise<readonly string[]>
}

async function open({ host, port, user, database, password }: Place): Promise<Session> {
  const socket = connect({ host, port, noDelay: true })
  await once(socket, 'connect')
  const reader = new MessageReader({ maxMessageBytes: 256 * 1024 * 1024, side: 'backend' })
  const messages = arrivals(socket, reader)
  const parameters = Object.entries({ user, database, client_encoding: 'UTF8' }).map(([name, value]) => ({
    name,
    value,
  }))
  socket.write(encodeFrontend({ type: 'StartupMessage', major: 3, minor: 0, parameters }))
  for await (const message of messages) {
    if (message.type === 'AuthenticationCleartextPassword') {
      socket.write(encodeFrontend({ type: 'PasswordMessage', password: password ?? '' }))
    }
    if (message.type === 'ErrorResponse') throw new Error(`no session: ${noticeField(message, 'message') ?? ''}`)
    if (message.type === 'ReadyForQuery') break
  }
  const until = async (type: string, count: number, title: string): Promise<readonly string[]> => {
    const received: string[] = []
    let left = count
    for (;;) {
      const { value, done } = await withDeadline(
        messages.next(),
        `${title}: no ${type} came; so far ${received.join(' ')}`,
      )
      if (done === true) {
        if (type === 'close') return [...received, 'closed']
        throw new Error(`${title}: the connection was closed before ${type}`)
      }
      const text = asText(value)
      if (text !== undefined) received.push(text)
      if (value.type === type && --left === 0) return received
    }
  }
  return { socket, until }
}

/** The messages of a socket, one after another; the loop that opens a session must not end the iterator. */
function arrivals(socket: Socket, reader: MessageReader): AsyncIterableIterator<BackendMessage> {
  const chunks = socket.iterator({ destroyOnReturn: false }) as AsyncIterableIterator<Uint8Array>
  const next = async (): Promise<IteratorResult<BackendMessage>> => {
    for (;;) {
      const raw = reader.next()
      if (raw !== undefined) return { done: false, value: decodeBackend(raw) }
      const { value, done } = await chunks.next().catch(() => ({ value: undefined, done: true }))
      if (done === true || value === undefined) return { done: true, value: undefined }
      reader.push(value)
    }
  }
  return { next, [Symbol.asyncIterator]: () => ({ next }) as AsyncIterableIterator<BackendMessage> }
}

/** A message without what differs between two sessions that behave the same: process ids, OIDs of new tables, the server's source lines. */
function asText(message: BackendMessage): string | undefined {
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- most messages are compared as they are
  switch (message.type) {
    case 'ParameterStatus':
      return message.name === 'application_name' ? undefined : JSON.stringify(message)
    case 'NotificationResponse':
      return JSON.stringify({ ...message, processId: 0 })
    case 'RowDescription':
      return JSON.stringify({
        ...message,
        fields: message.fields.map((field) => ({
          ...field,
          tableOid: field.tableOid >= FIRST_USER_OID ? 'user' : field.tableOid,
        })),
      })
    case 'ErrorResponse':
    case 'NoticeResponse':
      return JSON.stringify({
        ...message,
        fields: message.fields.filter(({ code }) => !SOURCE_FIELDS.has(code)).map(withoutTemporarySchema),
      })
    case 'DataRow':
      return JSON.stringify({ ...message, values: message.values.map((value) => value && printable(value)) })
    case 'CopyData':
      return JSON.stringify({ ...message, data: printable(message.data) })
    default:
      return JSON.stringify(message)
  }
}

/** Bytes as text, one character a byte; long values by their size and digest. */
function printable(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('latin1')
  return text.length <= 1000 ? text : `${text.length} bytes, ${createHash('sha256').update(bytes).digest('hex')}`
}

/** Each session has a schema of its own for temporary tables. */
function withoutTemporarySchema({ code, value }: NoticeField): NoticeField {
  return { code, value: value.replaceAll(/\bpg_temp_\d+/g, 'pg_temp_N') }
}

async function withDeadline<T>(work: Promise<T>, complaint: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(complaint.slice(0, 2000))), DEADLINE_MS)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

const FIRST_USER_OID = 16_384
const SOURCE_FIELDS: ReadonlySet<string> = new Set(['F', 'L', 'R'])
const DEADLINE_MS = 20_000
