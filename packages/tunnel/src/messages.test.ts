import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dataHeader, decodeData } from './frames.ts'
import { AgentMessage, ControlFrame, GatewayMessage } from './messages.ts'
import { ProtocolViolationError } from './errors.ts'
import type { Field, MessageCodec } from './protobuf.ts'
import { messageType } from './grpc.ts'

const STREAMS = { AgentMessage, GatewayMessage, SessionFrame: ControlFrame } as const

describe('the hand-kept types say what the .proto says', () => {
  for (const [name, codec] of Object.entries(STREAMS)) {
    test(`${name}, with every message it can hold`, () => {
      const cases = fieldsOf(name).filter(({ name }) => name !== 'data')
      expect(Object.keys(codec.cases).sort()).toEqual(cases.map((field) => field.name).sort())
      for (const field of cases) {
        const ours = codec.cases[field.name]
        expect([field.name, ours?.number]).toEqual([field.name, field.number])
        expectSame(field.typeName, (ours as { codec: MessageCodec<unknown> }).codec)
      }
    })
  }
})

describe('protobufjs and this codec read each other', () => {
  const run = { interruptAfterTimeLimit: 1_000 } as const

  for (const [name, codec] of Object.entries(STREAMS)) {
    // `oneofs` of proto-loader adds the name of the kind under the oneof's own name.
    const oneof = name === 'SessionFrame' ? 'frame' : 'message'

    test(`${name} that is written here is read there`, () => {
      fc.assert(
        fc.property(anyMessage(codec), (value) => {
          const theirs = messageType(name).deserialize(Buffer.from(codec.encode(value as never))) as Record<
            string,
            unknown
          >
          expect(theirs[oneof]).toBe(value.type)
          expect(plain(theirs[value.type])).toEqual(plain(without(value, 'type')))
        }),
        run,
      )
    })

    test(`${name} that is written there is read here`, () => {
      fc.assert(
        fc.property(anyMessage(codec), (value) => {
          const bytes = messageType(name).serialize({ [value.type]: toObject(without(value, 'type')) })
          expect(plain(codec.decode(bytes))).toEqual(plain(value))
        }),
        run,
      )
    })

    test(`any bytes are a ${name} or a violation`, () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
          expect(outcome(() => codec.decode(bytes))).toMatch(/^(message|violation)$/)
        }),
        run,
      )
    })

    test(`a ${name} of a later version, with fields nobody here knows, is read without them`, () => {
      const later = Buffer.from([0xf8, 0xff, 0x03, 0x01]) // field 8191, a varint
      fc.assert(
        fc.property(anyMessage(codec), (value) => {
          const bytes = Buffer.concat([codec.encode(value as never), later])
          expect(plain(codec.decode(bytes))).toEqual(plain(value))
        }),
        { ...run, numRuns: 20 },
      )
    })
  }
})

test('a data frame is SessionFrame.data, byte for byte', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 70_000, size: 'max' }), (data) => {
      const ours = Buffer.concat([dataHeader(data.length), data])
      expect(ours.equals(messageType('SessionFrame').serialize({ data: Buffer.from(data) }))).toBe(true)
      expect(Buffer.from(decodeData(ours) as Uint8Array).equals(data)).toBe(true)
    }),
    { numRuns: 50, interruptAfterTimeLimit: 1_000 },
  )
})

test('a data frame that is shorter or longer than it says is a violation', () => {
  for (const bytes of [
    [0x0a],
    [0x0a, 0x05, 1, 2],
    [0x0a, 0x01, 1, 2],
    [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  ]) {
    expect(() => decodeData(Uint8Array.from(bytes))).toThrow(ProtocolViolationError)
  }
})

test('a message of two kinds, or of none, is a violation', () => {
  const heartbeat = AgentMessage.encode({ type: 'heartbeat', sequence: 1 })
  expect(() => AgentMessage.decode(Buffer.concat([heartbeat, heartbeat]))).toThrow(ProtocolViolationError)
  expect(() => AgentMessage.decode(new Uint8Array(0))).toThrow(ProtocolViolationError)
})

function outcome(decode: () => unknown): string {
  try {
    decode()
    return 'message'
  } catch (error) {
    return error instanceof ProtocolViolationError ? 'violation' : String(error)
  }
}

interface ProtoField {
  readonly name: string
  readonly number: number
  readonly repeated: boolean
  /** In the .proto's words: `string`, `uint32`, a message's name, or `map`. */
  readonly typeName: string
}

function fieldsOf(name: string): ProtoField[] {
  const type = messageType(name).type as unknown as {
    field: { name: string; number: number; label: string; type: string; typeName: string }[]
    nestedType: { name: string }[]
  }
  const maps = new Set(type.nestedType.map((nested) => nested.name))
  return type.field.map(({ name, number, label, type, typeName }) => ({
    name,
    number,
    repeated: label === 'LABEL_REPEATED',
    typeName: maps.has(typeName) ? 'map<string, string>' : typeName || type.replace('TYPE_', '').toLowerCase(),
  }))
}

function expectSame(name: string, codec: MessageCodec<unknown>): void {
  const theirs = fieldsOf(name)
  const ours = Object.entries(codec.fields).map(([field, { number, type, repeated }]) => ({
    name: field,
    number,
    repeated,
    typeName: type,
  }))
  expect({ [name]: byNumber(ours) }).toEqual({ [name]: byNumber(theirs) })
  for (const field of Object.values(codec.fields)) if (field.codec !== undefined) expectSame(field.type, field.codec)
}

const byNumber = (fields: readonly ProtoField[]): readonly ProtoField[] =>
  [...fields].sort((a, b) => a.number - b.number)

function anyMessage(codec: { readonly cases: Readonly<Record<string, { codec: MessageCodec<unknown> }>> }) {
  return fc.oneof(
    ...Object.entries(codec.cases).map(([type, { codec }]) =>
      anyOf(codec).map((value) => ({ type, ...(value as Record<string, unknown>) })),
    ),
  )
}

function anyOf(codec: MessageCodec<unknown>): fc.Arbitrary<unknown> {
  return fc.record(Object.fromEntries(Object.entries(codec.fields).map(([name, field]) => [name, anyField(field)])))
}

function anyField({ type, repeated, codec }: Field<unknown>): fc.Arbitrary<unknown> {
  if (type === 'map<string, string>') {
    return fc.array(fc.tuple(key, text), { maxLength: 3 }).map((entries) => new Map(entries))
  }
  const one = codec === undefined ? (SCALARS[type] as fc.Arbitrary<unknown>) : anyOf(codec)
  return repeated ? fc.array(one, { maxLength: 3 }) : one
}

// Lone surrogates are no Unicode text; the encoders replace them.
const text = fc.string({ unit: 'binary', maxLength: 20 })
// protobufjs keeps maps in objects, where this one is no key.
const key = text.filter((name) => name !== '__proto__')
const SCALARS: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  string: text,
  bytes: fc.uint8Array({ maxLength: 300 }),
  bool: fc.boolean(),
  uint32: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  uint64: fc.maxSafeNat(),
}

function without(value: Record<string, unknown>, name: string): Record<string, unknown> {
  const { [name]: _, ...rest } = value
  return rest
}

// Bytes as hex, maps as objects without a prototype: what toEqual can compare.
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  if (value instanceof Map) return sorted([...value])
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [
        name,
        name === 'startup' && !(one instanceof Map) ? sorted(Object.entries(one as object)) : plain(one),
      ]),
    )
  }
  return value
}

const sorted = (entries: readonly (readonly [string, string])[]): unknown =>
  [...entries].sort(([a], [b]) => (a < b ? -1 : 1))

function toObject(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value)
  if (value instanceof Map) return Object.fromEntries(value)
  if (Array.isArray(value)) return value.map(toObject)
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, toObject(one)]))
  }
  return value
}
