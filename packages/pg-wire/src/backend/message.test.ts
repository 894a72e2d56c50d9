import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MalformedMessageError } from '../errors.ts'
import { RawMessage } from '../framing/raw-message.ts'
import { type BackendMessage, decodeBackend, encodeBackend } from './message.ts'
import { isFatal, noticeField, noticeFields } from './notice-fields.ts'

/** Bytes from text, numbers and fields of several bytes. */
function bytes(...parts: readonly (number | string | readonly number[])[]): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder()
  return Uint8Array.from(
    parts.flatMap((part) =>
      typeof part === 'string' ? [...encoder.encode(part)] : typeof part === 'number' ? [part] : [...part],
    ),
  )
}

/** Every message of a backend, and its bytes. */
const LAID_OUT: readonly (readonly [BackendMessage, Uint8Array])[] = [
  [{ type: 'AuthenticationOk' }, bytes('R', 0, 0, 0, 8, 0, 0, 0, 0)],
  [{ type: 'AuthenticationKerberosV5' }, bytes('R', 0, 0, 0, 8, 0, 0, 0, 2)],
  [{ type: 'AuthenticationCleartextPassword' }, bytes('R', 0, 0, 0, 8, 0, 0, 0, 3)],
  [
    { type: 'AuthenticationMD5Password', salt: Uint8Array.of(1, 2, 3, 4) },
    bytes('R', 0, 0, 0, 12, 0, 0, 0, 5, 1, 2, 3, 4),
  ],
  [{ type: 'AuthenticationGSS' }, bytes('R', 0, 0, 0, 8, 0, 0, 0, 7)],
  [{ type: 'AuthenticationGSSContinue', data: Uint8Array.of(9) }, bytes('R', 0, 0, 0, 9, 0, 0, 0, 8, 9)],
  [{ type: 'AuthenticationSSPI' }, bytes('R', 0, 0, 0, 8, 0, 0, 0, 9)],
  [
    { type: 'AuthenticationSASL', mechanisms: ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256'] },
    bytes('R', 0, 0, 0, 42, 0, 0, 0, 10, 'SCRAM-SHA-256-PLUS', 0, 'SCRAM-SHA-256', 0, 0),
  ],
  [{ type: 'AuthenticationSASLContinue', data: Uint8Array.of(9) }, bytes('R', 0, 0, 0, 9, 0, 0, 0, 11, 9)],
  [{ type: 'AuthenticationSASLFinal', data: Uint8Array.of(9) }, bytes('R', 0, 0, 0, 9, 0, 0, 0, 12, 9)],
  [
    { type: 'BackendKeyData', processId: 258, secretKey: Uint8Array.of(1, 2, 3, 4) },
    bytes('K', 0, 0, 0, 12, 0, 0, 1, 2, 1, 2, 3, 4),
  ],
  [{ type: 'BindComplete' }, bytes('2', 0, 0, 0, 4)],
  [{ type: 'CloseComplete' }, bytes('3', 0, 0, 0, 4)],
  [{ type: 'CommandComplete', commandTag: 'SELECT 1' }, bytes('C', 0, 0, 0, 13, 'SELECT 1', 0)],
  [{ type: 'CopyInResponse', format: 1, columnFormats: [1, 1] }, bytes('G', 0, 0, 0, 11, 1, 0, 2, 0, 1, 0, 1)],
  [{ type: 'CopyOutResponse', format: 0, columnFormats: [0] }, bytes('H', 0, 0, 0, 9, 0, 0, 1, 0, 0)],
  [{ type: 'CopyBothResponse', format: 0, columnFormats: [] }, bytes('W', 0, 0, 0, 7, 0, 0, 0)],
  [{ type: 'CopyData', data: Uint8Array.of(5) }, bytes('d', 0, 0, 0, 5, 5)],
  [{ type: 'CopyDone' }, bytes('c', 0, 0, 0, 4)],
  [
    { type: 'DataRow', values: [Uint8Array.of(0x31), null, new Uint8Array(0)] },
    bytes('D', 0, 0, 0, 19, 0, 3, 0, 0, 0, 1, '1', 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0),
  ],
  [{ type: 'EmptyQueryResponse' }, bytes('I', 0, 0, 0, 4)],
  [
    {
      type: 'ErrorResponse',
      fields: [
        { code: 'S', value: 'ERROR' },
        { code: 'C', value: '42601' },
        { code: 'z', value: 'a field of later versions' },
      ],
    },
    bytes('E', 0, 0, 0, 46, 'SERROR', 0, 'C42601', 0, 'za field of later versions', 0, 0),
  ],
  [{ type: 'FunctionCallResponse', value: Uint8Array.of(7) }, bytes('V', 0, 0, 0, 9, 0, 0, 0, 1, 7)],
  [{ type: 'FunctionCallResponse', value: null }, bytes('V', 0, 0, 0, 8, 0xff, 0xff, 0xff, 0xff)],
  [
    { type: 'NegotiateProtocolVersion', minor: 2, unknownOptions: ['_pq_.x'] },
    bytes('v', 0, 0, 0, 19, 0, 3, 0, 2, 0, 0, 0, 1, '_pq_.x', 0),
  ],
  [{ type: 'NoData' }, bytes('n', 0, 0, 0, 4)],
  [{ type: 'NoticeResponse', fields: [{ code: 'M', value: 'hm' }] }, bytes('N', 0, 0, 0, 9, 'Mhm', 0, 0)],
  [
    { type: 'NotificationResponse', processId: 258, channel: 'c', payload: 'p' },
    bytes('A', 0, 0, 0, 12, 0, 0, 1, 2, 'c', 0, 'p', 0),
  ],
  [{ type: 'ParameterDescription', parameterTypes: [23] }, bytes('t', 0, 0, 0, 10, 0, 1, 0, 0, 0, 23)],
  [{ type: 'ParameterStatus', name: 'n', value: 'v' }, bytes('S', 0, 0, 0, 8, 'n', 0, 'v', 0)],
  [{ type: 'ParseComplete' }, bytes('1', 0, 0, 0, 4)],
  [{ type: 'PortalSuspended' }, bytes('s', 0, 0, 0, 4)],
  [{ type: 'ReadyForQuery', status: 'idle' }, bytes('Z', 0, 0, 0, 5, 'I')],
  [{ type: 'ReadyForQuery', status: 'block' }, bytes('Z', 0, 0, 0, 5, 'T')],
  [{ type: 'ReadyForQuery', status: 'failed' }, bytes('Z', 0, 0, 0, 5, 'E')],
  [
    {
      type: 'RowDescription',
      fields: [{ name: 'ssn', tableOid: 16_468, attribute: 4, typeOid: 25, typeSize: -1, typeModifier: -1, format: 1 }],
    },
    bytes(
      'T',
      [0, 0, 0, 28],
      [0, 1], // fields
      'ssn\0',
      [0, 0, 0x40, 0x54], // OID of the table
      [0, 4], // attribute
      [0, 0, 0, 25], // OID of the type
      [0xff, 0xff], // size of the type
      [0xff, 0xff, 0xff, 0xff], // modifier of the type
      [0, 1], // format
    ),
  ],
]

const OPEN_ENDED = new Set([
  'CopyData',
  'AuthenticationGSSContinue',
  'AuthenticationSASLContinue',
  'AuthenticationSASLFinal',
  'BackendKeyData',
])

describe('messages of a backend', () => {
  test.each(LAID_OUT)('$type is laid out as the protocol says', (message, layout) => {
    expect(encodeBackend(message)).toEqual(layout)
    expect(decodeBackend(new RawMessage(layout))).toEqual(message)
  })

  test.each(LAID_OUT.filter(([{ type }]) => !OPEN_ENDED.has(type)))(
    '$type with a byte too many is malformed',
    (_, layout) => {
      expect(() => decodeBackend(new RawMessage(Uint8Array.from([...layout, 0])))).toThrow(MalformedMessageError)
    },
  )

  test('a row with a negative length other than -1 is malformed', () => {
    const row = bytes('D', 0, 0, 0, 10, 0, 1, 0xff, 0xff, 0xff, 0xfe)
    expect(() => decodeBackend(new RawMessage(row))).toThrow(MalformedMessageError)
  })

  test('a cancel key has 4 to 256 bytes', () => {
    for (const keyBytes of [4, 32, 256]) {
      const message = { type: 'BackendKeyData', processId: 1, secretKey: new Uint8Array(keyBytes) } as const
      expect(decodeBackend(new RawMessage(encodeBackend(message)))).toEqual(message)
    }
    for (const keyBytes of [0, 3, 257]) {
      const raw = new RawMessage(
        encodeBackend({ type: 'BackendKeyData', processId: 1, secretKey: new Uint8Array(keyBytes) }),
      )
      expect(() => decodeBackend(raw)).toThrow(MalformedMessageError)
    }
  })

  test('a server may name the minor version alone', () => {
    const minorAlone = bytes('v', 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0)
    expect(decodeBackend(new RawMessage(minorAlone))).toMatchObject({ minor: 0 })
  })

  test('a notice in the encoding of the server is readable all the same', () => {
    const notice = decodeBackend(new RawMessage(bytes('N', 0, 0, 0, 9, 'M', 0xfc, 'b', 0, 0)))
    expect(notice).toEqual({ type: 'NoticeResponse', fields: [{ code: 'M', value: '\uFFFDb' }] })
  })

  test('fields are found by name, and fatal is what the untranslated severity says', () => {
    const message = { fields: noticeFields({ severity: 'FATAL', sqlState: '57P01', message: 'bye', hint: undefined }) }
    expect(message.fields.map(({ code }) => code)).toEqual(['S', 'V', 'C', 'M'])
    expect(noticeField(message, 'sqlState')).toBe('57P01')
    expect(noticeField(message, 'detail')).toBeUndefined()
    expect(isFatal(message)).toBe(true)
    expect(
      isFatal({
        fields: [
          { code: 'S', value: 'FATAL' },
          { code: 'V', value: 'ERROR' },
        ],
      }),
    ).toBe(false)
  })

  test('any bytes are a message or malformed', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TAGS), fc.uint8Array({ maxLength: 40 }), (tag, body) => {
        const raw = new RawMessage(Uint8Array.from([tag.charCodeAt(0), 0, 0, 0, body.length + 4, ...body]))
        expect(isMessage(raw)).toBeTypeOf('boolean')
      }),
      { interruptAfterTimeLimit: 2000, numRuns: 5000 },
    )
  })

  test('any row and any description come back from their bytes', () => {
    const field = fc.record({
      name: fc.string({ unit: 'binary', maxLength: 20 }).map((name) => name.replaceAll('\0', '')),
      tableOid: fc.nat({ max: 0xffff_ffff }),
      attribute: fc.integer({ min: -0x8000, max: 0x7fff }),
      typeOid: fc.nat({ max: 0xffff_ffff }),
      typeSize: fc.integer({ min: -0x8000, max: 0x7fff }),
      typeModifier: fc.integer(),
      format: fc.constantFrom(0, 1),
    })
    const message = fc.oneof(
      fc.record({ type: fc.constant('RowDescription' as const), fields: fc.array(field, { maxLength: 5 }) }),
      fc.record({
        type: fc.constant('DataRow' as const),
        values: fc.array(fc.option(fc.uint8Array()), { maxLength: 9 }),
      }),
    )
    fc.assert(
      fc.property(message, (any) => {
        expect(decodeBackend(new RawMessage(encodeBackend(any)))).toEqual(any)
      }),
      { interruptAfterTimeLimit: 2000, numRuns: 1500 },
    )
  })
})

const TAGS = 'R K 2 3 C G H W d c D I E V v n N A t S 1 s Z T z'.split(' ')

/** Whether the bytes decode; anything but a message or MalformedMessageError is thrown on. */
function isMessage(raw: RawMessage): boolean {
  try {
    decodeBackend(raw)
    return true
  } catch (error) {
    if (error instanceof MalformedMessageError) return false
    throw error
  }
}
