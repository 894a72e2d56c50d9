import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CLIENT } from '../capabilities.ts'
import { MalformedMessageError } from '../errors.ts'
import { encodePackets } from '../framing/encode-packets.ts'
import { PacketReader } from '../framing/packet-reader.ts'
import type { RawPacket } from '../framing/raw-packet.ts'
import type { CommandContext, StatementShape } from './codec.ts'
import { COMMAND, type CommandName } from './command.ts'
import { decodeFrontend, encodeFrontend, type FrontendMessage } from './message.ts'

/** Bytes from text, numbers and fields of several bytes. */
function bytes(...parts: readonly (number | string | readonly number[])[]): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder()
  return Uint8Array.from(
    parts.flatMap((part) =>
      typeof part === 'string' ? [...encoder.encode(part)] : typeof part === 'number' ? [part] : [...part],
    ),
  )
}

function raw(payload: Uint8Array, sequence: number = 0): RawPacket {
  const reader = new PacketReader({ maxMessageBytes: 1 << 20 })
  reader.push(encodePackets(payload, sequence))
  return reader.next()!
}

const LONG = { type: 3, unsigned: false, name: '' }
const TEXT = { type: 253, unsigned: false, name: '' }
const SHAPE: StatementShape = { parameterCount: 2, parameterTypes: [LONG, TEXT], longData: new Set() }
const PLAIN: CommandContext = {
  capabilities: { flags: CLIENT.PROTOCOL_41 | CLIENT.PLUGIN_AUTH | CLIENT.CONNECT_ATTRS, extended: 0 },
  shapeFor: (id) =>
    id === 1
      ? SHAPE
      : id === 2
        ? { ...SHAPE, parameterTypes: undefined }
        : id === 3
          ? { ...SHAPE, longData: new Set([1]) }
          : undefined,
}
const ATTRIBUTES: CommandContext = {
  ...PLAIN,
  capabilities: { ...PLAIN.capabilities, flags: PLAIN.capabilities.flags | CLIENT.QUERY_ATTRIBUTES },
}
const seven = { ...LONG, value: bytes(7, 0, 0, 0) }
const hi = { ...TEXT, value: bytes('hi') }

/** Commands and their payloads, with what they are read with. */
const LAID_OUT: readonly (readonly [string, FrontendMessage, Uint8Array, CommandContext])[] = [
  ['COM_QUIT', { type: 'COM_QUIT' }, bytes(0x01), PLAIN],
  ['COM_INIT_DB', { type: 'COM_INIT_DB', schema: 'shop' }, bytes(0x02, 'shop'), PLAIN],
  ['COM_QUERY', { type: 'COM_QUERY', attributes: [], query: bytes('SELECT 1') }, bytes(0x03, 'SELECT 1'), PLAIN],
  [
    'COM_QUERY without attributes where they may be',
    { type: 'COM_QUERY', attributes: [], query: bytes('SELECT 1') },
    bytes(0x03, 0, 1, 'SELECT 1'),
    ATTRIBUTES,
  ],
  [
    'COM_QUERY with attributes',
    {
      type: 'COM_QUERY',
      attributes: [
        { ...hi, name: 'trace' },
        { type: 6, unsigned: false, name: 'n', value: null },
      ],
      query: bytes('SELECT 1'),
    },
    bytes(
      0x03,
      2, // attributes
      1, // sets of them
      0b10, // NULLs
      1, // types follow
      [253, 0, 5, 0x74, 0x72, 0x61, 0x63, 0x65],
      [6, 0, 1, 0x6e],
      [2, 0x68, 0x69], // 'hi'
      'SELECT 1',
    ),
    ATTRIBUTES,
  ],
  ['COM_FIELD_LIST', { type: 'COM_FIELD_LIST', table: 't', wildcard: '%' }, bytes(0x04, 't', 0, '%'), PLAIN],
  ['COM_REFRESH', { type: 'COM_REFRESH', what: 4 }, bytes(0x07, 4), PLAIN],
  ['COM_STATISTICS', { type: 'COM_STATISTICS' }, bytes(0x09), PLAIN],
  ['COM_PROCESS_INFO', { type: 'COM_PROCESS_INFO' }, bytes(0x0a), PLAIN],
  ['COM_PROCESS_KILL', { type: 'COM_PROCESS_KILL', connectionId: 258 }, bytes(0x0c, 2, 1, 0, 0), PLAIN],
  ['COM_DEBUG', { type: 'COM_DEBUG' }, bytes(0x0d), PLAIN],
  ['COM_PING', { type: 'COM_PING' }, bytes(0x0e), PLAIN],
  [
    'COM_CHANGE_USER',
    {
      type: 'COM_CHANGE_USER',
      user: 'u',
      authResponse: bytes(1, 2),
      schema: 's',
      characterSet: 255,
      plugin: 'p',
      attributes: [{ name: 'a', value: 'b' }],
    },
    bytes(0x11, 'u', 0, 2, 1, 2, 's', 0, 255, 0, 'p', 0, 4, 1, 'a', 1, 'b'),
    PLAIN,
  ],
  ['COM_STMT_PREPARE', { type: 'COM_STMT_PREPARE', query: bytes('DO ?') }, bytes(0x16, 'DO ?'), PLAIN],
  [
    'COM_STMT_EXECUTE',
    { type: 'COM_STMT_EXECUTE', statementId: 1, flags: 1, parameters: [seven, hi], bound: true },
    bytes(
      0x17,
      [1, 0, 0, 0], // statement
      1, // a read-only cursor
      [1, 0, 0, 0], // once
      0, // NULLs
      1, // types follow
      [3, 0, 253, 0],
      [7, 0, 0, 0],
      [2, 0x68, 0x69],
    ),
    PLAIN,
  ],
  [
    'COM_STMT_EXECUTE with the types of the last',
    { type: 'COM_STMT_EXECUTE', statementId: 1, flags: 0, parameters: [{ ...seven, value: null }, hi], bound: false },
    bytes(0x17, [1, 0, 0, 0], 0, [1, 0, 0, 0], 1, 0, [2, 0x68, 0x69]),
    PLAIN,
  ],
  [
    'COM_STMT_EXECUTE with long data',
    {
      type: 'COM_STMT_EXECUTE',
      statementId: 3,
      flags: 0,
      parameters: [seven, { ...TEXT, value: 'long-data' }],
      bound: false,
    },
    bytes(0x17, [3, 0, 0, 0], 0, [1, 0, 0, 0], 0, 0, [7, 0, 0, 0]),
    PLAIN,
  ],
  [
    'COM_STMT_EXECUTE with an attribute behind the parameters',
    {
      type: 'COM_STMT_EXECUTE',
      statementId: 1,
      flags: 8,
      parameters: [seven, hi, { ...hi, name: 'x' }],
      bound: true,
    },
    bytes(
      0x17,
      [1, 0, 0, 0],
      8,
      [1, 0, 0, 0],
      3, // parameters and attributes
      0,
      1,
      [3, 0, 0],
      [253, 0, 0],
      [253, 0, 1, 0x78],
      [7, 0, 0, 0],
      [2, 0x68, 0x69],
      [2, 0x68, 0x69],
    ),
    ATTRIBUTES,
  ],
  [
    'COM_STMT_SEND_LONG_DATA',
    { type: 'COM_STMT_SEND_LONG_DATA', statementId: 1, parameter: 1, data: bytes(9, 9) },
    bytes(0x18, [1, 0, 0, 0], [1, 0], 9, 9),
    PLAIN,
  ],
  ['COM_STMT_CLOSE', { type: 'COM_STMT_CLOSE', statementId: 1 }, bytes(0x19, 1, 0, 0, 0), PLAIN],
  ['COM_STMT_RESET', { type: 'COM_STMT_RESET', statementId: 1 }, bytes(0x1a, 1, 0, 0, 0), PLAIN],
  ['COM_SET_OPTION', { type: 'COM_SET_OPTION', option: 1 }, bytes(0x1b, 1, 0), PLAIN],
  ['COM_STMT_FETCH', { type: 'COM_STMT_FETCH', statementId: 1, rows: 5 }, bytes(0x1c, 1, 0, 0, 0, 5, 0, 0, 0), PLAIN],
  ['COM_RESET_CONNECTION', { type: 'COM_RESET_CONNECTION' }, bytes(0x1f), PLAIN],
  [
    'COM_STMT_BULK_EXECUTE',
    {
      type: 'COM_STMT_BULK_EXECUTE',
      statementId: 1,
      flags: 128,
      types: [LONG, TEXT],
      rows: [
        [bytes(7, 0, 0, 0), bytes('hi')],
        ['null', 'default'],
      ],
    },
    bytes(0xfa, [1, 0, 0, 0], [128, 0], [3, 0, 253, 0], [0, 7, 0, 0, 0], [0, 2, 0x68, 0x69], 1, 2),
    PLAIN,
  ],
]

describe('commands', () => {
  test.each(LAID_OUT)('%s is laid out as the protocol says', (_, message, layout, context) => {
    expect(encodeFrontend(message, context)).toEqual(encodePackets(layout, 0))
    expect(decodeFrontend(raw(layout), context)).toEqual(message)
  })

  test.each(LAID_OUT.filter(([, { type }]) => !OPEN_ENDED.has(type)))(
    '%s with a byte too many is malformed',
    (_, __, layout, context) => {
      expect(() => decodeFrontend(raw(bytes([...layout], 0xee)), context)).toThrow(MalformedMessageError)
    },
  )

  test.each(LAID_OUT.filter(([, { type }]) => !OPEN_ENDED.has(type) && type !== 'COM_CHANGE_USER'))(
    '%s cut short is malformed',
    (_, { type }, layout, context) => {
      for (let end = 1; end < layout.length; end += 1) {
        // A bulk execution may end behind any of its rows.
        if (type === 'COM_STMT_BULK_EXECUTE' && (end === 11 || end === 20)) continue
        expect(() => decodeFrontend(raw(layout.subarray(0, end)), context)).toThrow(MalformedMessageError)
      }
    },
  )

  test.each([
    'COM_BINLOG_DUMP',
    'COM_BINLOG_DUMP_GTID',
    'COM_REGISTER_REPLICA',
    'COM_TABLE_DUMP',
    'COM_CLONE',
    'COM_SUBSCRIBE_GROUP_REPLICATION_STREAM',
    'COM_MULTI',
    'COM_SHUTDOWN',
    'COM_CREATE_DB',
    'COM_DROP_DB',
    'COM_DAEMON',
  ] as const)('%s is never available', (command: CommandName) => {
    const code = COMMAND[command]
    expect(decodeFrontend(raw(bytes(code, 1, 2, 3)), PLAIN)).toEqual({ type: 'unavailable', code, command })
  })

  test('a number that stands for no command is not available either', () => {
    expect(decodeFrontend(raw(bytes(0x77)), PLAIN)).toEqual({ type: 'unavailable', code: 0x77, command: undefined })
  })

  test('a command does not begin in the middle of a sequence, nor is it empty', () => {
    expect(() => decodeFrontend(raw(bytes(0x0e), 1), PLAIN)).toThrow(MalformedMessageError)
    expect(() => decodeFrontend(raw(bytes()), PLAIN)).toThrow(MalformedMessageError)
  })

  test('an execution of a statement that is not known says so', () => {
    const layout = bytes(0x17, [9, 0, 0, 0], 0, [1, 0, 0, 0], 1, 2, 3)
    expect(decodeFrontend(raw(layout), PLAIN)).toMatchObject({ statementId: 9, parameters: 'unknown' })
  })

  test('parameters without types that were ever said are malformed', () => {
    const layout = bytes(0x17, [2, 0, 0, 0], 0, [1, 0, 0, 0], 0, 0, [7, 0, 0, 0], [2, 0x68, 0x69])
    expect(() => decodeFrontend(raw(layout), PLAIN)).toThrow(MalformedMessageError)
  })

  test('a parameter of a type whose values cannot be read is malformed', () => {
    const layout = bytes(0x17, [1, 0, 0, 0], 0, [1, 0, 0, 0], 0, 1, [200, 0, 253, 0], [7, 0, 0, 0], [2, 0x68, 0x69])
    expect(() => decodeFrontend(raw(layout), PLAIN)).toThrow(MalformedMessageError)
  })

  test('an execution that leaves open whether it counts its parameters is malformed', () => {
    const layout = bytes(0x17, [1, 0, 0, 0], 0, [1, 0, 0, 0], 0, 0, [7, 0, 0, 0], [2, 0x68, 0x69])
    expect(() => decodeFrontend(raw(layout), ATTRIBUTES)).toThrow(MalformedMessageError)
  })

  test('any bytes are a command or malformed, and a command has one form', () => {
    const codes = fc.constantFrom(...Object.values(COMMAND))
    fc.assert(
      fc.property(codes, fc.uint8Array({ maxLength: 40 }), fc.boolean(), (code, body, attributes) => {
        const context = attributes ? ATTRIBUTES : PLAIN
        // Any statement is known, so that its execution is read.
        const known = { ...context, shapeFor: () => SHAPE }
        const payload = bytes(code, [...body])
        const message = readOrMalformed(() => decodeFrontend(raw(payload), known))
        if (message === undefined || message.type === 'unavailable') return
        const again = decodeFrontend(raw(encodeFrontend(message, known).subarray(4)), known)
        expect(again).toEqual(message)
      }),
      { interruptAfterTimeLimit: 3000, numRuns: 6000 },
    )
  })
})

const OPEN_ENDED: ReadonlySet<string> = new Set([
  'COM_QUERY',
  'COM_STMT_PREPARE',
  'COM_INIT_DB',
  'COM_FIELD_LIST',
  'COM_STMT_SEND_LONG_DATA',
])

/** Undefined for what is malformed; anything else that is thrown is a mistake. */
function readOrMalformed<M>(decode: () => M): M | undefined {
  try {
    return decode()
  } catch (error) {
    if (error instanceof MalformedMessageError) return undefined
    throw error
  }
}
