import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import {
  MessageReader,
  decodeBackend,
  encodeFrontend,
  noticeField,
  type BackendMessage,
  type NoticeField,
  type SessionMessage,
} from '@sallyport/pg-wire'
import type { Transcript } from './parse.ts'
import { printable, type PlayedSession } from './replay.ts'

/** Where to replay, and as whom; the password is sent in the clear when it is asked for. */
export interface Place {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly database: string
  readonly password?: string
}

/** Opens a session to play a transcript to. Rejects with the server's message when it is refused. */
export async function play(
  place: Place,
  { title }: Transcript<SessionMessage>,
): Promise<PlayedSession<SessionMessage>> {
  const { socket, until } = await open(place)
  return {
    send: (messages) => {
      socket.write(Buffer.concat(messages.map((message) => encodeFrontend(message))))
    },
    until: (what, count) => until(what, count, title),
    destroy: () => socket.destroy(),
  }
}

/** A message from its fields; those left out have the protocol's usual values, and byte strings are given as text or as {"hex": "…"}. */
export function messageOf(type: string, given: Readonly<Record<string, unknown>>): SessionMessage {
  const fields: Record<string, unknown> = { ...DEFAULTS[type], ...given, type }
  if (type === 'Bind') fields['parameters'] = (fields['parameters'] as readonly unknown[]).map(bytesOf)
  if (type === 'FunctionCall') fields['arguments'] = (fields['arguments'] as readonly unknown[]).map(bytesOf)
  if (type === 'CopyData') fields['data'] = bytesOf(fields['data'])
  return fields as unknown as SessionMessage
}

function bytesOf(value: unknown): Uint8Array | null {
  if (value === null) return null
  if (typeof value === 'string') return Buffer.from(value, 'utf8')
  return Buffer.from((value as { readonly hex: string }).hex, 'hex')
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

const DEFAULTS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  Parse: { name: '', parameterTypes: [] },
  Bind: { portal: '', statement: '', parameterFormats: [], parameters: [], resultFormats: [] },
  Describe: { name: '' },
  Execute: { portal: '', maxRows: 0 },
  Close: { name: '' },
  FunctionCall: { argumentFormats: [], arguments: [], resultFormat: 0 },
}
const FIRST_USER_OID = 16_384
const SOURCE_FIELDS: ReadonlySet<string> = new Set(['F', 'L', 'R'])
const DEADLINE_MS = 20_000
