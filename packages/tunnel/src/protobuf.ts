import { ProtocolViolationError } from './errors.ts'

// A protobuf codec as a table of fields. It exists so that nothing has to be read from disk or compiled at run time, every decoded
// value is checked, and a message's type and its table cannot drift apart (both against the .proto: messages.test.ts).
// Spec: protobuf.dev/programming-guides/encoding.

/** Encodes and decodes one message type. */
export interface MessageCodec<T> {
  readonly fields: Readonly<Record<string, Field<unknown>>>
  readonly encode: (value: T) => Uint8Array
  /** @throws ProtocolViolationError when the bytes are no such message. */
  readonly decode: (bytes: Uint8Array) => T
}

/** One field of a message: its number, its type in the .proto's words, and how it is written and read. */
export interface Field<T> {
  readonly number: number
  readonly type: string
  readonly repeated: boolean
  /** Of a field that is a message. */
  readonly codec?: MessageCodec<unknown>
  readonly wireType: WireType
  readonly initial: () => T
  readonly write: (value: T, out: Uint8Array[]) => void
  /** Returns the field's value after one more occurrence on the wire. */
  readonly read: (raw: Raw, before: T) => T
}

/** Builds the codec of a message from its fields, in camel case as in T. */
export function message<T>(fields: { readonly [K in keyof T]-?: Field<T[K]> }): MessageCodec<T> {
  const table = fields as unknown as Record<string, Field<unknown>>
  const entries = Object.entries(table)
  const byNumber = new Map(entries.map(([name, field]) => [field.number, { name, field }]))
  return {
    fields: table,
    encode: (value) => {
      const out: Uint8Array[] = []
      for (const [name, field] of entries) field.write((value as Record<string, unknown>)[name], out)
      return join(out)
    },
    decode: (bytes) => {
      const value: Record<string, unknown> = {}
      for (const [name, field] of entries) value[name] = field.initial()
      for (const raw of records(bytes)) {
        const known = byNumber.get(raw.number)
        if (known === undefined) continue
        if (known.field.wireType !== raw.wireType)
          throw new ProtocolViolationError(`field ${known.name} has the wrong type`)
        value[known.name] = known.field.read(raw, value[known.name])
      }
      return value as T
    },
  }
}

/** A message that is exactly one of several, told apart by `type`. */
export function oneOf<T extends { readonly type: string }>(cases: {
  readonly [K in T['type']]: {
    readonly number: number
    readonly codec: MessageCodec<Omit<Extract<T, { readonly type: K }>, 'type'>>
  }
}): MessageCodec<T> & { readonly cases: Readonly<Record<string, { number: number; codec: MessageCodec<unknown> }>> } {
  const table = cases as unknown as Record<string, { number: number; codec: MessageCodec<unknown> }>
  const byNumber = new Map(Object.entries(table).map(([type, { number, codec }]) => [number, { type, codec }]))
  return {
    fields: {},
    cases: table,
    encode: (value) => {
      const one = table[value.type]
      if (one === undefined) throw new ProtocolViolationError('a message of an unknown kind was to be sent')
      const out: Uint8Array[] = []
      writeBytes(one.number, one.codec.encode(value), out)
      return join(out)
    },
    decode: (bytes) => {
      let found: T | undefined
      for (const raw of records(bytes)) {
        const known = byNumber.get(raw.number)
        if (known === undefined) continue
        if (raw.wireType !== LENGTH_DELIMITED) throw new ProtocolViolationError(`${known.type} has the wrong type`)
        if (found !== undefined) throw new ProtocolViolationError('a message of two kinds')
        found = { type: known.type, ...(known.codec.decode(raw.bytes) as object) } as unknown as T
      }
      if (found === undefined) throw new ProtocolViolationError('a message of no known kind')
      return found
    },
  }
}

export const string = (number: number): Field<string> => ({
  number,
  type: 'string',
  repeated: false,
  wireType: LENGTH_DELIMITED,
  initial: () => '',
  write: (value, out) => {
    if (value !== '') writeBytes(number, Buffer.from(value, 'utf8'), out)
  },
  read: (raw) => utf8(raw.bytes),
})

/** The bytes that are read borrow the message's memory. */
export const bytes = (number: number): Field<Uint8Array> => ({
  number,
  type: 'bytes',
  repeated: false,
  wireType: LENGTH_DELIMITED,
  initial: () => new Uint8Array(0),
  write: (value, out) => {
    if (value.length > 0) writeBytes(number, value, out)
  },
  read: (raw) => raw.bytes,
})

export const bool = (number: number): Field<boolean> => ({
  number,
  type: 'bool',
  repeated: false,
  wireType: VARINT,
  initial: () => false,
  write: (value, out) => {
    if (value) out.push(varint(number * 8), varint(1))
  },
  read: (raw) => raw.value !== 0,
})

export const uint32 = (number: number): Field<number> => unsigned(number, 'uint32', 2 ** 32 - 1)

/** As a JavaScript number: what is beyond 2^53 - 1 is refused. */
export const uint64 = (number: number): Field<number> => unsigned(number, 'uint64', Number.MAX_SAFE_INTEGER)

export const nested = <T>(number: number, type: string, codec: MessageCodec<T>): Field<T> => ({
  number,
  type,
  repeated: false,
  codec: codec as MessageCodec<unknown>,
  wireType: LENGTH_DELIMITED,
  initial: () => codec.decode(new Uint8Array(0)),
  write: (value, out) => writeBytes(number, codec.encode(value), out),
  read: (raw) => codec.decode(raw.bytes),
})

export const repeatedStrings = (number: number): Field<readonly string[]> => ({
  number,
  type: 'string',
  repeated: true,
  wireType: LENGTH_DELIMITED,
  initial: () => [],
  write: (values, out) => {
    if (values.length > 0) out.push(strings(number, values))
  },
  read: (raw, before) => append(before, utf8(raw.bytes)),
})

export const repeated = <T>(number: number, type: string, codec: MessageCodec<T>): Field<readonly T[]> => ({
  number,
  type,
  repeated: true,
  codec: codec as MessageCodec<unknown>,
  wireType: LENGTH_DELIMITED,
  initial: () => [],
  write: (values, out) => {
    for (const value of values) writeBytes(number, codec.encode(value), out)
  },
  read: (raw, before) => append(before, codec.decode(raw.bytes)),
})

/** `map<string, string>`; a Map, because names come from the peer. */
export const stringMap = (number: number): Field<ReadonlyMap<string, string>> => ({
  number,
  type: 'map<string, string>',
  repeated: true,
  wireType: LENGTH_DELIMITED,
  initial: () => new Map(),
  write: (values, out) => {
    for (const [key, value] of values) writeBytes(number, MapEntry.encode({ key, value }), out)
  },
  read: (raw, before) => {
    const { key, value } = MapEntry.decode(raw.bytes)
    return (before as Map<string, string>).set(key, value)
  },
})

/** The bytes of a number in protobuf's variable length. */
export function varint(value: number): Uint8Array {
  const out: number[] = []
  let rest = value
  while (rest >= 0x80) {
    out.push((rest % 0x80) | 0x80)
    rest = Math.floor(rest / 0x80)
  }
  out.push(rest)
  return Uint8Array.from(out)
}

type WireType = 0 | 1 | 2 | 5

interface Raw {
  readonly number: number
  readonly wireType: WireType
  /** Of a varint. */
  readonly value: number
  /** Of a length-delimited field. */
  readonly bytes: Uint8Array
}

function* records(bytes: Uint8Array): Generator<Raw> {
  const cursor = { bytes, at: 0 }
  while (cursor.at < bytes.length) {
    const tag = readVarint(cursor)
    const number = Math.floor(tag / 8)
    if (number === 0 || tag > MAX_TAG) throw new ProtocolViolationError('a field number is out of range')
    switch (tag % 8) {
      case VARINT:
        yield { number, wireType: VARINT, value: readVarint(cursor), bytes: NONE }
        break
      case LENGTH_DELIMITED:
        yield { number, wireType: LENGTH_DELIMITED, value: 0, bytes: take(cursor, readVarint(cursor)) }
        break
      // Nothing here uses fixed widths, but a later version's unknown field may.
      case FIXED64:
        yield { number, wireType: FIXED64, value: 0, bytes: take(cursor, 8) }
        break
      case FIXED32:
        yield { number, wireType: FIXED32, value: 0, bytes: take(cursor, 4) }
        break
      default:
        throw new ProtocolViolationError('a field has an unknown wire type')
    }
  }
}

interface Cursor {
  readonly bytes: Uint8Array
  at: number
}

function readVarint(cursor: Cursor): number {
  let value = 0
  let scale = 1
  for (let i = 0; i < 10; i++) {
    const byte = cursor.bytes[cursor.at++]
    if (byte === undefined) throw new ProtocolViolationError('a number is cut short')
    value += (byte & 0x7f) * scale
    if (byte < 0x80) return value
    scale *= 0x80
  }
  throw new ProtocolViolationError('a number is too long')
}

function take(cursor: Cursor, length: number): Uint8Array {
  if (length > cursor.bytes.length - cursor.at) throw new ProtocolViolationError('a field is cut short')
  const start = cursor.at
  cursor.at += length
  return cursor.bytes.subarray(start, cursor.at)
}

function writeBytes(number: number, value: Uint8Array, out: Uint8Array[]): void {
  out.push(varint(number * 8 + LENGTH_DELIMITED), varint(value.length), value)
}

function unsigned(number: number, type: string, max: number): Field<number> {
  return {
    number,
    type,
    repeated: false,
    wireType: VARINT,
    initial: () => 0,
    write: (value, out) => {
      if (!Number.isInteger(value) || value < 0 || value > max) throw new ProtocolViolationError(`no ${type}: ${value}`)
      if (value !== 0) out.push(varint(number * 8), varint(value))
    },
    read: (raw) => {
      if (raw.value > max) throw new ProtocolViolationError(`a ${type} is too large`)
      return raw.value
    },
  }
}

// A message is decoded by one call, which owns the array it grows.
function append<T>(before: readonly T[], value: T): readonly T[] {
  ;(before as T[]).push(value)
  return before
}

/** There may be thousands of them: one buffer for all. */
function strings(number: number, values: readonly string[]): Uint8Array {
  const tag = varint(number * 8 + LENGTH_DELIMITED)
  const lengths = values.map((value) => Buffer.byteLength(value, 'utf8'))
  const all = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + tag.length + MAX_LENGTH_BYTES + length, 0))
  let at = 0
  values.forEach((value, index) => {
    all.set(tag, at)
    at += tag.length
    let length = lengths[index] ?? 0
    for (; length > 0x7f; length = Math.floor(length / 0x80)) all[at++] = (length % 0x80) | 0x80
    all[at++] = length
    at += all.write(value, at, 'utf8')
  })
  return all.subarray(0, at)
}

/** Of a length below 2^32. */
const MAX_LENGTH_BYTES = 5

function utf8(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes)
  } catch {
    throw new ProtocolViolationError('a string is not UTF-8')
  }
}

const join = (parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts)

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const VARINT = 0
const FIXED64 = 1
const LENGTH_DELIMITED = 2
const FIXED32 = 5
// Field numbers end at 2^29 - 1.
const MAX_TAG = 2 ** 32 - 1
const NONE = new Uint8Array(0)
const MapEntry: MessageCodec<{ readonly key: string; readonly value: string }> = message({
  key: string(1),
  value: string(2),
})
