import { Reader, Writer } from '@sallyport/bytes'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Capabilities, CLIENT, MARIADB } from '../capabilities.ts'
import { MalformedMessageError } from '../errors.ts'
import { decodeSessionTrack } from '../session-track.ts'
import { SERVER_STATUS } from '../status.ts'
import { FIELD_TYPE } from '../values.ts'
import { readBinaryRow, writeBinaryRow } from './binary-row.ts'
import { type BackendMessage, decodeBackendAs, encodeBackend } from './message.ts'
import { readTextRow, writeTextRow } from './text-row.ts'

function bytes(...parts: readonly (number | string | readonly number[])[]): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder()
  return Uint8Array.from(
    parts.flatMap((part) =>
      typeof part === 'string' ? [...encoder.encode(part)] : typeof part === 'number' ? [part] : [...part],
    ),
  )
}

const PLAIN: Capabilities = { flags: CLIENT.PROTOCOL_41, extended: 0 }
const TRACKING: Capabilities = { flags: CLIENT.PROTOCOL_41 | CLIENT.SESSION_TRACK, extended: 0 }
const OPTIONAL: Capabilities = { flags: CLIENT.PROTOCOL_41 | CLIENT.OPTIONAL_RESULTSET_METADATA, extended: 0 }
const EXTENDED: Capabilities = { flags: CLIENT.PROTOCOL_41, extended: MARIADB.EXTENDED_METADATA }
const COLUMN = {
  type: 'ColumnDefinition',
  catalog: 'def',
  schema: 's',
  table: 't',
  orgTable: 'T',
  name: 'n',
  orgName: 'N',
  extended: bytes(),
  characterSet: 45,
  columnLength: 258,
  columnType: FIELD_TYPE.VAR_STRING,
  flags: 1,
  decimals: 31,
  defaultValue: undefined,
} as const

/** Packets and their payloads, with what they are read with. */
const LAID_OUT: readonly (readonly [string, BackendMessage, Uint8Array, Capabilities])[] = [
  [
    'OK',
    {
      type: 'OK',
      end: false,
      affectedRows: 300n,
      lastInsertId: 1n,
      status: 2,
      warnings: 1,
      info: 'hi',
      sessionState: undefined,
    },
    bytes(0, [0xfc, 0x2c, 1], 1, [2, 0], [1, 0], [2, 0x68, 0x69]),
    PLAIN,
  ],
  [
    'OK with session state',
    {
      type: 'OK',
      end: true,
      affectedRows: 0n,
      lastInsertId: 0n,
      status: SERVER_STATUS.SESSION_STATE_CHANGED,
      warnings: 0,
      info: '',
      sessionState: bytes(1, 2, 1, 'x'),
    },
    bytes(0xfe, 0, 0, [0, 0x40], [0, 0], 0, [4, 1, 2, 1, 0x78]),
    TRACKING,
  ],
  ['EOF', { type: 'EOF', warnings: 1, status: 2 }, bytes(0xfe, [1, 0], [2, 0]), PLAIN],
  [
    'ERR',
    { type: 'ERR', errorCode: 1142, sqlState: '42000', message: 'no' },
    bytes(0xff, [0x76, 4], '#42000no'),
    PLAIN,
  ],
  [
    'ERR before the capabilities are agreed on',
    { type: 'ERR', errorCode: 1040, sqlState: '', message: 'many' },
    bytes(0xff, [0x10, 4], 'many'),
    PLAIN,
  ],
  [
    'a report of progress',
    { type: 'Progress', stage: 1, maxStage: 2, progress: 50_000, info: 'x' },
    bytes(0xff, [0xff, 0xff], 1, 1, 2, [0x50, 0xc3, 0], 1, 'x'),
    PLAIN,
  ],
  ['a count of columns', { type: 'ColumnCount', columns: 3, metadataFollows: true }, bytes(3), PLAIN],
  [
    'a count of columns without definitions',
    { type: 'ColumnCount', columns: 3, metadataFollows: false },
    bytes(3, 0),
    OPTIONAL,
  ],
  [
    'a column',
    COLUMN,
    bytes(3, 'def', 1, 's', 1, 't', 1, 'T', 1, 'n', 1, 'N', 12, [45, 0], [2, 1, 0, 0], 253, [1, 0], 31, [0, 0]),
    PLAIN,
  ],
  [
    'a column with extended metadata and a default',
    { ...COLUMN, extended: bytes(0, 4, 'json'), defaultValue: bytes('d') },
    bytes(
      [3, 0x64, 0x65, 0x66, 1, 0x73, 1, 0x74, 1, 0x54, 1, 0x6e, 1, 0x4e], // names
      [6, 0, 4, 0x6a, 0x73, 0x6f, 0x6e], // extended
      [12, 45, 0, 2, 1, 0, 0, 253, 1, 0, 31, 0, 0],
      [1, 0x64],
    ),
    EXTENDED,
  ],
  [
    'COM_STMT_PREPARE_OK',
    {
      type: 'COM_STMT_PREPARE_OK',
      statementId: 1,
      columns: 2,
      parameters: 3,
      warnings: 4,
      metadataFollows: true,
    },
    bytes(0, [1, 0, 0, 0], [2, 0], [3, 0], 0, [4, 0]),
    PLAIN,
  ],
  ['a request for a file', { type: 'LocalInfileRequest', path: '/x' }, bytes(0xfb, '/x'), PLAIN],
  ['statistics', { type: 'Statistics', text: 'Uptime: 1' }, bytes('Uptime: 1'), PLAIN],
  [
    'AuthSwitchRequest',
    { type: 'AuthSwitchRequest', plugin: 'p', data: bytes(1, 2, 0) },
    bytes(0xfe, 'p', 0, 1, 2, 0),
    PLAIN,
  ],
  ['AuthMoreData', { type: 'AuthMoreData', data: bytes(4) }, bytes(1, 4), PLAIN],
  [
    'HandshakeV10',
    {
      type: 'HandshakeV10',
      serverVersion: '9.1.0',
      connectionId: 5,
      capabilities: { flags: 0x8008_8201 >>> 0, extended: 0 },
      characterSet: 255,
      status: 2,
      authData: bytes(Array.from({ length: 20 }, (_, index) => index + 1)),
      plugin: 'p',
    },
    bytes(
      10,
      '9.1.0',
      0,
      [5, 0, 0, 0],
      [1, 2, 3, 4, 5, 6, 7, 8],
      0,
      [0x01, 0x82],
      255,
      [2, 0],
      [0x08, 0x80],
      21,
      [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
      [9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 0],
      'p',
      0,
    ),
    PLAIN,
  ],
]

describe('packets of a backend', () => {
  test.each(LAID_OUT)('%s is laid out as the protocol says', (_, message, layout, capabilities) => {
    expect(encodeBackend(message, capabilities, 1).subarray(4)).toEqual(layout)
    expect(decodeBackendAs(message.type, layout, capabilities)).toEqual(message)
  })

  test('any bytes are the packet they should be or malformed, and one that is read comes back', () => {
    const kinds = LAID_OUT.map(([, message, layout, capabilities]) => ({ message, layout, capabilities }))
    fc.assert(
      fc.property(
        fc.constantFrom(...kinds),
        fc.array(fc.tuple(fc.nat({ max: 80 }), fc.nat({ max: 255 })), { maxLength: 4 }),
        fc.nat({ max: 12 }),
        ({ message, layout, capabilities }, changes, cut) => {
          const changed = layout.slice(0, Math.max(0, layout.length - (cut > 8 ? cut - 8 : 0)))
          for (const [at, value] of changes) if (at > 0 && at < changed.length) changed[at] = value
          const read = readOrMalformed(() => decodeBackendAs(message.type, changed, capabilities))
          if (read === undefined) return
          const again = encodeBackend(read, capabilities, 0).subarray(4)
          expect(decodeBackendAs(message.type, again, capabilities)).toEqual(read)
        },
      ),
      { interruptAfterTimeLimit: 3000, numRuns: 5000 },
    )
  })

  test('a result without columns, or with more than there can be, is malformed', () => {
    expect(() => decodeBackendAs('ColumnCount', bytes(0), PLAIN)).toThrow(MalformedMessageError)
    expect(() => decodeBackendAs('ColumnCount', bytes(0xfd, 0, 0, 1), PLAIN)).toThrow(MalformedMessageError)
  })
})

describe('rows', () => {
  test('a text row is values behind their lengths, and 0xFB for NULL', () => {
    const layout = bytes(2, 'hi', 0xfb, 0)
    const row = { type: 'TextRow', values: [bytes('hi'), null, bytes()] } as const
    expect(readTextRow(new Reader(layout), 3)).toEqual(row)
    const body = new Writer()
    writeTextRow(row, body)
    expect(body.toBytes()).toEqual(layout)
  })

  test('a binary row is a bitmap of NULLs and values as their types say', () => {
    const types = [FIELD_TYPE.LONG, FIELD_TYPE.VAR_STRING, FIELD_TYPE.DATETIME, FIELD_TYPE.TIME, FIELD_TYPE.TINY]
    const layout = bytes(
      0,
      0b1000_0000 >> 1, // the fifth column is NULL: two bits are not used
      [1, 0, 0, 0],
      [2, 0x68, 0x69],
      [4, 0xea, 7, 1, 2], // 2026-01-02
      [0], // 00:00:00
    )
    const row = {
      type: 'BinaryRow',
      values: [bytes(1, 0, 0, 0), bytes('hi'), bytes(0xea, 7, 1, 2), bytes(), null],
    } as const
    expect(readBinaryRow(new Reader(layout), types)).toEqual(row)
    const body = new Writer()
    writeBinaryRow(row, body, types)
    expect(body.toBytes()).toEqual(layout)
  })

  test('any row comes back from its bytes, text and binary', () => {
    const text = fc.option(fc.uint8Array({ maxLength: 300 }))
    const typed = fc.oneof(
      fc.tuple(fc.constant<number>(FIELD_TYPE.LONGLONG), fc.option(fc.uint8Array({ minLength: 8, maxLength: 8 }))),
      fc.tuple(fc.constantFrom<number>(FIELD_TYPE.JSON, FIELD_TYPE.NEWDECIMAL, FIELD_TYPE.BIT), text),
      fc.tuple(
        fc.constant<number>(FIELD_TYPE.TIMESTAMP),
        fc.constantFrom(0, 4, 7, 11).map((size) => new Uint8Array(size)),
      ),
    )
    fc.assert(
      fc.property(fc.array(typed, { maxLength: 20 }), (columns) => {
        const types = columns.map(([type]) => type)
        const values = columns.map(([, value]) => value)
        const binary = new Writer()
        writeBinaryRow({ type: 'BinaryRow', values }, binary, types)
        const reader = new Reader(binary.toBytes())
        expect(readBinaryRow(reader, types).values).toEqual(values)
        reader.end()
        const plain = new Writer()
        writeTextRow({ type: 'TextRow', values }, plain)
        const textReader = new Reader(plain.toBytes())
        expect(readTextRow(textReader, values.length).values).toEqual(values)
        textReader.end()
      }),
      { interruptAfterTimeLimit: 2000, numRuns: 500 },
    )
  })
})

test('session state says variables, schema and what is not known', () => {
  const variable = [4, 1, 0x61, 1, 0x62]
  const two = [8, 1, 0x61, 1, 0x62, 1, 0x63, 1, 0x64]
  expect(decodeSessionTrack(bytes(0, variable, 1, [2, 1, 0x73], 2, [2, 1, 0x31], 5, [1, 0x54], 0, two))).toEqual([
    { type: 'system-variable', name: 'a', value: 'b' },
    { type: 'schema', name: 's' },
    { type: 'state-change', changed: true },
    { type: 'other', kind: 5, data: bytes(0x54) },
    { type: 'system-variable', name: 'a', value: 'b' },
    { type: 'system-variable', name: 'c', value: 'd' },
  ])
  // MySQL leaves the inner length out.
  expect(decodeSessionTrack(bytes(2, [1, 0x31], 2, [1, 0x30]))).toEqual([
    { type: 'state-change', changed: true },
    { type: 'state-change', changed: false },
  ])
  expect(() => decodeSessionTrack(bytes(0, [3, 1, 0x61, 9]))).toThrow(MalformedMessageError)
})

/** Undefined for what is malformed; anything else that is thrown is a mistake. */
function readOrMalformed<M>(decode: () => M): M | undefined {
  try {
    return decode()
  } catch (error) {
    if (error instanceof MalformedMessageError) return undefined
    throw error
  }
}
