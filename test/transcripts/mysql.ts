import {
  BULK_FLAG,
  type BulkValue,
  CLIENT,
  EXECUTE_FLAG,
  FIELD_TYPE,
  encodePackets,
  has,
  type Parameter,
  type SessionCommand,
} from '@sallyport/mysql-wire'
import {
  openMysqlWire,
  type MysqlFlavour,
  type MysqlPacket,
  type MysqlWire,
  type MysqlWireOptions,
} from '../support/index.ts'
import type { Transcript } from './parse.ts'
import { printable, type PlayedSession } from './replay.ts'

/** A command, or bytes that are none. */
export type MysqlSent =
  | SessionCommand
  /** The payload of a command as it is. */
  | { readonly type: 'raw'; readonly payload: Uint8Array }
  /** A file that the server asked for; it goes out in the packets that its size takes, and ends with an empty one. */
  | { readonly type: 'file'; readonly data: Uint8Array }

/** Opens a session to play a transcript to, as its line `session` wants it. */
export async function play(
  place: MysqlWireOptions,
  { session, title }: Transcript<MysqlSent>,
): Promise<PlayedSession<MysqlSent>> {
  const wire = await openMysqlWire({ ...place, ...sessionOptions(session, place) })
  const dropped = session['drop']
  let fileSequence = 0
  const ids: number[] = []
  const take = async (until: (packet: MysqlPacket) => boolean, received: string[]): Promise<boolean> => {
    for (;;) {
      const packet = await wire.next().catch((cause: Error) => {
        throw new Error(`${title}: ${cause.message}; so far ${received.join('\n')}`.slice(0, 4000))
      })
      if (packet === undefined) return false
      if (packet.kind === 'prepared') ids.push(Buffer.from(packet.raw.payload).readUInt32LE(1))
      // How many were left out shows in the ids behind them.
      const numbered = place.compressed === undefined && dropped === undefined
      if (packet.kind !== dropped) received.push(asText(packet, numbered))
      fileSequence = packet.raw.nextSequence
      if (until(packet)) return true
    }
  }
  return {
    send: (messages) => messages.forEach((message) => sendTo(wire, withId(message, ids), fileSequence)),
    until: async (what, count) => {
      const received: string[] = []
      let left = count
      if (what === 'answered' && wire.owed === 0) return received
      const there = await take(({ kind }) => {
        if (what === 'answered') return wire.owed === 0
        if (kind === what) left -= 1
        return left === 0
      }, received)
      if (there) return received
      if (what === 'close') return [...received, 'closed']
      throw new Error(`${title}: the connection was closed before ${what}, after ${received.join('\n')}`)
    },
    destroy: () => wire.destroy(),
  }
}

/** What a session speaks: all that both know, what clients spoke before MySQL 5.7, or all in frames of the compressed protocol, of either algorithm. */
export type Dialect = (typeof DIALECTS)[MysqlFlavour][number]

/** The dialects of a server's clients; MariaDB has no zstd. */
export const DIALECTS = {
  mysql: ['modern', 'classic', 'zlib', 'zstd'],
  mariadb: ['modern', 'classic', 'zlib'],
} as const

/** How a client of that dialect logs in. */
export function sessionOf(dialect: Dialect): Pick<MysqlWireOptions, 'without' | 'withoutExtended' | 'compressed'> {
  if (dialect === 'classic') return { without: MODERN, withoutExtended: 0xffff_ffff }
  return dialect === 'modern' ? {} : { compressed: dialect }
}

/** Whether a transcript is for this server and this dialect. */
export function isFor(flavour: MysqlFlavour, dialect: Dialect, { session }: Transcript<MysqlSent>): boolean {
  const { on = flavour, only } = session
  return on === flavour && (only === undefined || only === (dialect === 'classic' ? 'classic' : 'modern'))
}

/**
 * A command from its fields. Texts are bytes of UTF-8; {"hex": "…"} are bytes as they are, {"repeat": "…", "times": n} are long ones. Parameters
 * are texts, whole numbers (of 64 bits), null, {"long": true} for one that was sent before, or {"type": n, "hex": "…"}.
 */
export function messageOf(type: string, given: Readonly<Record<string, unknown>>): MysqlSent {
  const fields: Record<string, unknown> = { ...DEFAULTS[type], ...given, type }
  for (const name of ['query', 'data', 'payload']) {
    if (name in fields) fields[name] = bytesOf(fields[name])
  }
  for (const name of ['parameters', 'attributes']) {
    if (name in fields) fields[name] = (fields[name] as readonly unknown[]).map(parameterOf)
  }
  if (type === 'COM_STMT_BULK_EXECUTE') {
    fields['types'] = (fields['types'] as readonly number[]).map((one) => ({ type: one, unsigned: false, name: '' }))
    fields['rows'] = (fields['rows'] as readonly (readonly unknown[])[]).map((row) => row.map(bulkValueOf))
  }
  return fields as unknown as MysqlSent
}

function sendTo(wire: MysqlWire, message: MysqlSent, fileSequence: number): void {
  if (message.type === 'raw') return wire.raw(message.payload)
  if (message.type === 'file') {
    const parts = message.data.length === 0 ? [] : [encodePackets(message.data, fileSequence)]
    return wire.bytes(Buffer.concat([...parts, encodePackets(new Uint8Array(0), fileSequence + parts.length)]))
  }
  if (message.type === 'COM_STMT_EXECUTE' && has(wire.context.capabilities, CLIENT.QUERY_ATTRIBUTES)) {
    return wire.send({ ...message, flags: message.flags | EXECUTE_FLAG.PARAMETER_COUNT_AVAILABLE })
  }
  wire.send(message)
}

/** The nth statement that was prepared is n to a transcript: MariaDB's own numbers go on from session to session. */
function withId(message: MysqlSent, ids: readonly number[]): MysqlSent {
  if (!('statementId' in message)) return message
  return { ...message, statementId: ids[message.statementId - 1] ?? message.statementId }
}

/** A packet as its sequence id, what it is, and its bytes, without what differs between two sessions that behave the same. */
function asText({ kind, raw }: MysqlPacket, numbered: boolean): string {
  const text = printable(raw.payload)
  // Inside frames the ids of packets mean nothing.
  return `${numbered ? raw.sequence : '-'} ${kind} ${(BLURRED[kind] ?? same)(text)}`
}

function sessionOptions(
  session: Readonly<Record<string, unknown>>,
  place: MysqlWireOptions,
): Partial<MysqlWireOptions> {
  const bits = (names: unknown): number =>
    ((names ?? []) as readonly (keyof typeof CLIENT)[]).reduce((sum, name) => (sum | CLIENT[name]) >>> 0, 0)
  return {
    with: ((place.with ?? 0) | bits(session['with'])) >>> 0,
    without: ((place.without ?? 0) | bits(session['without'])) >>> 0,
    ...(session['collation'] === undefined ? {} : { collation: Number(session['collation']) }),
    ...(session['attributes'] === undefined
      ? {}
      : {
          attributes: Object.entries(session['attributes'] as Record<string, string>).map(([name, value]) => ({
            name,
            value,
          })),
        }),
  }
}

function bytesOf(value: unknown): Uint8Array {
  if (typeof value === 'string') return Buffer.from(value, 'utf8')
  const { hex, repeat, times, before, after } = value as Readonly<Record<string, string | undefined>>
  if (hex !== undefined) return Buffer.from(hex.replaceAll(' ', ''), 'hex')
  return Buffer.from(`${before ?? ''}${(repeat ?? '').repeat(Number(times))}${after ?? ''}`)
}

function parameterOf(value: unknown): Parameter {
  const plain = { unsigned: false, name: '' }
  if (value === null) return { ...plain, type: FIELD_TYPE.NULL, value: null }
  if (typeof value === 'string') return { ...plain, type: FIELD_TYPE.VAR_STRING, value: bytesOf(value) }
  if (typeof value === 'number') return { ...plain, type: FIELD_TYPE.LONGLONG, value: int64(value) }
  const { type, name, long, unsigned, ...bytes } = value as Readonly<Record<string, unknown>>
  return {
    type: Number(type ?? FIELD_TYPE.VAR_STRING),
    unsigned: unsigned === true,
    name: (name ?? '') as string,
    value: long === true ? 'long-data' : 'text' in bytes ? bytesOf(bytes['text']) : bytesOf(bytes),
  }
}

function bulkValueOf(value: unknown): BulkValue {
  if (value === null) return 'null'
  if (typeof value === 'number') return int64(value)
  if (typeof value === 'string') return bytesOf(value)
  return (value as { readonly stands: 'default' | 'ignore' }).stands
}

function int64(value: number): Uint8Array {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64LE(BigInt(value))
  return bytes
}

const same = (text: string): string => text
const BLURRED: Partial<Record<MysqlPacket['kind'], (text: string) => string>> = {
  // Uptime and counts in the answer to COM_STATISTICS.
  text: (text) => text.replaceAll(/[\d.]+/g, 'N'),
  prepared: (text) => text.slice(0, 1) + text.slice(5),
  err: (text) => {
    const number = Buffer.from(text, 'latin1').readUInt16LE(1)
    // Refused before the server is asked, in other words: what is no SQL, no command, and no statement that was prepared.
    const isOurs = number === 1064 || number === 1047 || number === 1243
    return isOurs ? `${number} ${text.slice(3, 9)}` : text.replace(/statement \(\d+\)/, 'statement (N)')
  },
}
const MODERN =
  CLIENT.DEPRECATE_EOF | CLIENT.SESSION_TRACK | CLIENT.QUERY_ATTRIBUTES | CLIENT.OPTIONAL_RESULTSET_METADATA
const DEFAULTS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  COM_QUERY: { attributes: [] },
  COM_STMT_EXECUTE: { flags: 0, bound: true, parameters: [] },
  COM_STMT_BULK_EXECUTE: { flags: BULK_FLAG.TYPES_FOLLOW },
  COM_FIELD_LIST: { wildcard: '' },
}
