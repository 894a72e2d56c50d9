import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MalformedMessageError } from '../errors.ts'
import { RawMessage } from '../framing/raw-message.ts'
import {
  decodeForRefusal,
  decodeFrontend,
  encodeFrontend,
  type AuthenticationResponse,
  type SessionMessage,
} from './message.ts'

/** Bytes from text, numbers and fields of several bytes. */
function bytes(...parts: readonly (number | string | readonly number[])[]): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder()
  return Uint8Array.from(
    parts.flatMap((part) =>
      typeof part === 'string' ? [...encoder.encode(part)] : typeof part === 'number' ? [part] : [...part],
    ),
  )
}

/** Every message of a session, and its bytes. */
const LAID_OUT: readonly (readonly [SessionMessage, Uint8Array])[] = [
  [
    {
      type: 'Bind',
      portal: 'p',
      statement: 's',
      parameterFormats: [0, 1],
      parameters: [Uint8Array.of(0x31), null],
      resultFormats: [1],
    },
    bytes(
      'B',
      [0, 0, 0, 29],
      [0x70, 0], // portal
      [0x73, 0], // statement
      [0, 2, 0, 0, 0, 1], // formats of the parameters
      [0, 2], // parameters
      [0, 0, 0, 1, 0x31], // '1'
      [0xff, 0xff, 0xff, 0xff], // NULL
      [0, 1, 0, 1], // formats of the result
    ),
  ],
  [{ type: 'Close', target: 'statement', name: 's' }, bytes('C', 0, 0, 0, 7, 'S', 's', 0)],
  [{ type: 'CopyData', data: Uint8Array.of(1, 0, 2) }, bytes('d', 0, 0, 0, 7, 1, 0, 2)],
  [{ type: 'CopyDone' }, bytes('c', 0, 0, 0, 4)],
  [{ type: 'CopyFail', reason: 'no' }, bytes('f', 0, 0, 0, 7, 'no', 0)],
  [{ type: 'Describe', target: 'portal', name: '' }, bytes('D', 0, 0, 0, 6, 'P', 0)],
  [{ type: 'Execute', portal: 'p', maxRows: 258 }, bytes('E', 0, 0, 0, 10, 'p', 0, 0, 0, 1, 2)],
  [{ type: 'Flush' }, bytes('H', 0, 0, 0, 4)],
  [
    {
      type: 'FunctionCall',
      functionOid: 0x8000_0001,
      argumentFormats: [1],
      arguments: [null, Uint8Array.of(7)],
      resultFormat: 1,
    },
    bytes(
      'F',
      [0, 0, 0, 25],
      [0x80, 0, 0, 1], // OID, unsigned
      [0, 1, 0, 1], // formats of the arguments
      [0, 2], // arguments
      [0xff, 0xff, 0xff, 0xff], // NULL
      [0, 0, 0, 1, 7],
      [0, 1], // format of the result
    ),
  ],
  [
    { type: 'Parse', name: 's', query: 'SELECT $1', parameterTypes: [23, 0] },
    bytes('P', 0, 0, 0, 26, 's', 0, 'SELECT $1', 0, 0, 2, 0, 0, 0, 23, 0, 0, 0, 0),
  ],
  [{ type: 'Query', query: 'SELECT 1' }, bytes('Q', 0, 0, 0, 13, 'SELECT 1', 0)],
  [{ type: 'Sync' }, bytes('S', 0, 0, 0, 4)],
  [{ type: 'Terminate' }, bytes('X', 0, 0, 0, 4)],
]

const RESPONSES: readonly (readonly [AuthenticationResponse, Uint8Array])[] = [
  [{ type: 'PasswordMessage', password: 'pw' }, bytes('p', 0, 0, 0, 7, 'pw', 0)],
  [
    { type: 'SASLInitialResponse', mechanism: 'M', data: Uint8Array.of(9) },
    bytes('p', 0, 0, 0, 11, 'M', 0, 0, 0, 0, 1, 9),
  ],
  [
    { type: 'SASLInitialResponse', mechanism: 'M', data: null },
    bytes('p', 0, 0, 0, 10, 'M', 0, 0xff, 0xff, 0xff, 0xff),
  ],
  [{ type: 'SASLResponse', data: Uint8Array.of(9) }, bytes('p', 0, 0, 0, 5, 9)],
  [{ type: 'GSSResponse', data: Uint8Array.of(9) }, bytes('p', 0, 0, 0, 5, 9)],
]

describe('messages of a frontend', () => {
  test.each(LAID_OUT)('$type is laid out as the protocol says', (message, layout) => {
    expect(encodeFrontend(message)).toEqual(layout)
    expect(decodeFrontend(new RawMessage(layout))).toEqual(message)
  })

  test.each(RESPONSES)('$type is laid out as the protocol says', (message, layout) => {
    expect(encodeFrontend(message)).toEqual(layout)
    expect(decodeFrontend(new RawMessage(layout), message.type)).toEqual(message)
  })

  test("tag 'p' is no message inside a session", () => {
    expect(() => decodeFrontend(new RawMessage(bytes('p', 0, 0, 0, 7, 'pw', 0)))).toThrow(MalformedMessageError)
  })

  test.each(LAID_OUT.filter(([{ type }]) => type !== 'CopyData'))(
    '$type with a byte too many is malformed',
    (_, layout) => {
      expect(() => decodeFrontend(new RawMessage(Uint8Array.from([...layout, 0])))).toThrow(MalformedMessageError)
    },
  )

  test.each(LAID_OUT.filter(([, layout]) => layout.length > 5 && layout[0] !== 0x64))(
    '$type cut short is malformed',
    (_, layout) => {
      for (let end = 5; end < layout.length; end += 1) {
        expect(() => decodeFrontend(new RawMessage(layout.subarray(0, end)))).toThrow(MalformedMessageError)
      }
    },
  )

  test('text behind a NUL is not hidden but malformed', () => {
    expect(() => decodeFrontend(new RawMessage(bytes('Q', 0, 0, 0, 27, 'SELECT 1', 0, '; DROP TABLE t', 0)))).toThrow(
      MalformedMessageError,
    )
  })

  test('text that is not UTF-8 is malformed, and the message can still be refused', () => {
    const raw = new RawMessage(bytes('Q', 0, 0, 0, 6, 0xff, 0))
    expect(() => decodeFrontend(raw)).toThrow(expect.objectContaining({ code: 'malformed-message', notUtf8: true }))
    expect(decodeForRefusal(raw)).toEqual({ type: 'Query', query: '\uFFFD' })
    expect(() => decodeForRefusal(new RawMessage(bytes('Q', 0, 0, 0, 7, 0xff, 0, 0)))).toThrow(MalformedMessageError)
    expect(() => decodeFrontend(new RawMessage(bytes('Q', 0, 0, 0, 5, 0x20)))).toThrow(
      expect.objectContaining({ notUtf8: false }),
    )
  })

  test('a value with a negative length other than -1 is malformed', () => {
    const negative = bytes('B', 0, 0, 0, 16, 0, 0, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xfe, 0, 0)
    expect(() => decodeFrontend(new RawMessage(negative))).toThrow(MalformedMessageError)
  })

  test('65,535 parameters are counted as the server counts them', () => {
    const parameters = Array.from({ length: 0xffff }, () => null)
    const message = {
      type: 'Bind',
      portal: '',
      statement: '',
      parameterFormats: [],
      parameters,
      resultFormats: [],
    } as const
    expect(decodeFrontend(new RawMessage(encodeFrontend(message)))).toEqual(message)
    expect(() => encodeFrontend({ ...message, parameters: [...parameters, null] })).toThrow(
      expect.objectContaining({ code: 'out-of-range' }),
    )
  })

  test('any bytes are a message or malformed', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TAGS), fc.uint8Array({ maxLength: 40 }), (tag, body) => {
        const raw = new RawMessage(Uint8Array.from([tag.charCodeAt(0), 0, 0, 0, body.length + 4, ...body]))
        expect(roundTrip(raw)).toEqual(raw.bytes)
      }),
      { interruptAfterTimeLimit: 2000, numRuns: 5000 },
    )
  })

  test('any message comes back from its bytes', () => {
    fc.assert(
      fc.property(anySessionMessage(), (message) => {
        expect(decodeFrontend(new RawMessage(encodeFrontend(message)))).toEqual(message)
      }),
      { interruptAfterTimeLimit: 3000, numRuns: 2000 },
    )
  })
})

const TAGS = 'B C c d f D E H F P Q S X p z'.split(' ')

/** Decodes and encodes again; what is malformed stays as it is. */
function roundTrip(raw: RawMessage): Uint8Array {
  let message: SessionMessage
  try {
    message = decodeFrontend(raw)
  } catch (error) {
    if (error instanceof MalformedMessageError) return raw.bytes
    throw error
  }
  return encodeFrontend(message)
}

function anySessionMessage(): fc.Arbitrary<SessionMessage> {
  const text = fc.string({ unit: 'binary', maxLength: 30 }).map((any) => any.replaceAll('\0', ''))
  const formats = fc.array(fc.constantFrom(0, 1), { maxLength: 4 })
  const values = fc.array(fc.option(fc.uint8Array({ maxLength: 20 })), { maxLength: 5 })
  const oid = fc.nat({ max: 0xffff_ffff })
  const target = fc.constantFrom('statement' as const, 'portal' as const)
  const format = fc.constantFrom(0, 1)
  return fc.oneof<fc.Arbitrary<SessionMessage>[]>(
    fc.record({
      type: fc.constant('Bind'),
      portal: text,
      statement: text,
      parameterFormats: formats,
      parameters: values,
      resultFormats: formats,
    }),
    fc.record({ type: fc.constantFrom('Close', 'Describe'), target, name: text }),
    fc.record({ type: fc.constant('CopyData'), data: fc.uint8Array() }),
    fc.record({ type: fc.constant('CopyFail'), reason: text }),
    fc.record({ type: fc.constant('Execute'), portal: text, maxRows: fc.integer() }),
    fc.record({
      type: fc.constant('FunctionCall'),
      functionOid: oid,
      argumentFormats: formats,
      arguments: values,
      resultFormat: format,
    }),
    fc.record({ type: fc.constant('Parse'), name: text, query: text, parameterTypes: fc.array(oid, { maxLength: 4 }) }),
    fc.record({ type: fc.constant('Query'), query: text }),
    fc.record({ type: fc.constantFrom('CopyDone', 'Flush', 'Sync', 'Terminate') }),
  )
}
