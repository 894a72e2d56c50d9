import { describe, expect, test } from 'vitest'
import type { ErrPacket } from '../backend/err-packet.ts'
import { type BackendMessage, encodeBackend } from '../backend/message.ts'
import type { OkPacket } from '../backend/ok-packet.ts'
import { type Capabilities, CLIENT, MARIADB } from '../capabilities.ts'
import { ConversationFullError, MalformedMessageError, ProtocolViolationError, UnsupportedError } from '../errors.ts'
import { encodePackets } from '../framing/encode-packets.ts'
import { PacketReader } from '../framing/packet-reader.ts'
import type { RawPacket } from '../framing/raw-packet.ts'
import { LAST_STATEMENT } from '../frontend/codec.ts'
import { decodeFrontend, type SessionCommand } from '../frontend/message.ts'
import { SERVER_STATUS } from '../status.ts'
import { Conversation } from './conversation.ts'
import type { Step } from './event.ts'

const PLAIN: Capabilities = { flags: CLIENT.PROTOCOL_41 | CLIENT.DEPRECATE_EOF, extended: 0 }
const FILES: Capabilities = { flags: PLAIN.flags | CLIENT.LOCAL_FILES, extended: 0 }
const REFUSAL: ErrPacket = { type: 'ERR', errorCode: 1142, sqlState: '42000', message: 'refused' }
const OK: OkPacket = {
  type: 'OK',
  end: false,
  affectedRows: 0n,
  lastInsertId: 0n,
  status: SERVER_STATUS.AUTOCOMMIT,
  warnings: 0,
  info: '',
  sessionState: undefined,
}
const END: OkPacket = { ...OK, end: true }
const TWO_COLUMNS: BackendMessage = { type: 'ColumnCount', columns: 2, metadataFollows: true }

function column(name: string, columnType: number = 253): BackendMessage {
  return {
    type: 'ColumnDefinition',
    catalog: 'def',
    schema: 's',
    table: 't',
    orgTable: 't',
    name,
    orgName: name,
    extended: new Uint8Array(0),
    characterSet: 45,
    columnLength: 10,
    columnType,
    flags: 0,
    decimals: 0,
    defaultValue: undefined,
  }
}

function raw(payload: Uint8Array, sequence: number): RawPacket {
  const reader = new PacketReader({ maxMessageBytes: 1 << 20 })
  reader.push(encodePackets(payload, sequence))
  return reader.next()!
}

/** Tells the conversation replies with ids from `sequence` on; the last step is the result. */
function reply<C>(
  conversation: Conversation<C>,
  sequence: number,
  messages: readonly (BackendMessage | Uint8Array)[],
  capabilities: Capabilities = PLAIN,
): Step<C> {
  let step: Step<C> | undefined
  for (const [index, message] of messages.entries()) {
    const payload = message instanceof Uint8Array ? message : encodeBackend(message, capabilities, 0).subarray(4)
    step = conversation.backend(raw(payload, (sequence + index) & 0xff))
  }
  if (step === undefined) throw new Error('no message was given')
  return step
}

function query(text: string = 'SELECT 1'): SessionCommand {
  return { type: 'COM_QUERY', attributes: [], query: new TextEncoder().encode(text) }
}

function execute(statementId: number, value?: string): SessionCommand {
  const parameters =
    value === undefined ? [] : [{ type: 253, unsigned: false, name: '', value: new TextEncoder().encode(value) }]
  return { type: 'COM_STMT_EXECUTE', statementId, flags: 0, parameters, bound: value !== undefined }
}

/** A conversation with statement `id` of so many parameters prepared. */
function withStatement(id: number, parameters: number): Conversation<string> {
  const conversation = new Conversation<string>({ capabilities: PLAIN })
  conversation.frontend({ type: 'COM_STMT_PREPARE', query: new Uint8Array(0) }, `statement ${id}`)
  reply(conversation, 1, [
    { type: 'COM_STMT_PREPARE_OK', statementId: id, columns: 0, parameters, warnings: 0, metadataFollows: true },
    ...Array.from({ length: parameters }, () => column('?')),
  ])
  return conversation
}

describe('results', () => {
  test('a result is columns, rows and an end, and rows belong to the command being answered', () => {
    const conversation = new Conversation<string>({ capabilities: PLAIN })
    conversation.frontend(query(), 'mine')
    const step = reply(conversation, 1, [TWO_COLUMNS, column('a'), column('b')])
    expect(step.events).toMatchObject([{ type: 'described', columns: [{ name: 'a' }, { name: 'b' }] }])
    expect(conversation.streams(1, 10)).toBe(true)
    const row = encodePackets(Uint8Array.of(1, 0x61, 0xfb), 4)
    expect(conversation.rows({ bytes: row, completed: 1, packets: 1, sequence: 4 })).toBe('forward')
    expect(conversation.current).toMatchObject({ context: 'mine', rows: 1, rowBytes: row.length, format: 'text' })
    expect(conversation.streams(0xfe, 7)).toBe(false)
    expect(reply(conversation, 5, [END])).toMatchObject({
      action: 'forward',
      events: [{ type: 'completed', index: 0, more: false }],
    })
    expect(conversation.pending).toBe(0)
  })

  test('0xFE begins a value of 16 MiB in a full packet, and an end in any other', () => {
    const conversation = new Conversation({ capabilities: PLAIN })
    conversation.frontend(query())
    reply(conversation, 1, [TWO_COLUMNS, column('a'), column('b')])
    expect(conversation.streams(0xfe, 0xff_ffff)).toBe(true)
    expect(conversation.streams(0xfe, 0xff_fffe)).toBe(false)
    expect(conversation.streams(0xff, 100)).toBe(false)
    expect(conversation.streams(0xfb, 2)).toBe(true)
  })

  test('several results follow each other while the server says there are more', () => {
    const conversation = new Conversation({ capabilities: PLAIN })
    conversation.frontend(query())
    const more = { ...OK, status: SERVER_STATUS.MORE_RESULTS_EXISTS }
    expect(reply(conversation, 1, [more]).events).toMatchObject([{ type: 'completed', index: 0, more: true }])
    reply(conversation, 2, [TWO_COLUMNS, column('a'), column('b'), { ...more, end: true }])
    expect(conversation.current?.resultIndex).toBe(2)
    expect(reply(conversation, 6, [REFUSAL]).events).toMatchObject([{ type: 'failed', index: 2 }])
    expect(conversation.pending).toBe(0)
  })

  test('the transaction is what the last status says, and an error leaves it as it is', () => {
    const conversation = new Conversation({ capabilities: PLAIN })
    conversation.frontend(query('BEGIN'))
    reply(conversation, 1, [{ ...OK, status: SERVER_STATUS.IN_TRANS }])
    expect(conversation.transaction).toBe('open')
    conversation.frontend(query())
    reply(conversation, 1, [REFUSAL])
    expect(conversation.transaction).toBe('open')
  })

  test('a report of progress ends nothing, and is an error for who did not ask for it', () => {
    const extended = { ...PLAIN, extended: MARIADB.PROGRESS }
    const progress: BackendMessage = { type: 'Progress', stage: 1, maxStage: 2, progress: 1, info: 'x' }
    const asked = new Conversation({ capabilities: extended })
    asked.frontend(query())
    expect(reply(asked, 1, [progress]).events).toMatchObject([{ type: 'progress' }])
    expect(reply(asked, 2, [OK]).events).toMatchObject([{ type: 'completed' }])
    const other = new Conversation({ capabilities: PLAIN })
    other.frontend(query())
    expect(reply(other, 1, [progress]).events).toMatchObject([{ type: 'failed' }])
  })

  test('columns that are left out are those the statement was described with, or not known', () => {
    const cached = { ...PLAIN, extended: MARIADB.CACHE_METADATA }
    const conversation = new Conversation({ capabilities: cached })
    conversation.frontend({ type: 'COM_STMT_PREPARE', query: new Uint8Array(0) })
    reply(conversation, 1, [
      { type: 'COM_STMT_PREPARE_OK', statementId: 1, columns: 1, parameters: 0, warnings: 0, metadataFollows: true },
      column('a'),
    ])
    const none: BackendMessage = { type: 'ColumnCount', columns: 1, metadataFollows: false }
    conversation.frontend(execute(1))
    const known = reply(conversation, 1, [none], cached)
    expect(known.events).toMatchObject([{ type: 'described', columns: [{ name: 'a' }] }])
    reply(conversation, 2, [END])
    conversation.frontend(query())
    const unknown = reply(conversation, 1, [none], cached)
    expect(unknown.events).toMatchObject([{ type: 'described', columns: undefined }])
  })
})

describe('violations', () => {
  test.each<[string, readonly (BackendMessage | Uint8Array)[]]>([
    ['an end before a result', [END]],
    ['an empty packet', [new Uint8Array(0)]],
    ['a file that was not named', [{ type: 'LocalInfileRequest', path: '/etc/passwd' }]],
    ['an error among definitions', [TWO_COLUMNS, REFUSAL]],
    ['a packet behind the last', [OK, OK]],
  ])('%s is a violation', (_, messages) => {
    const conversation = new Conversation({ capabilities: FILES })
    conversation.frontend(query())
    expect(() => reply(conversation, 1, messages, FILES)).toThrow(ProtocolViolationError)
  })

  test('a packet with an id that is not next is a violation', () => {
    const conversation = new Conversation({ capabilities: PLAIN })
    conversation.frontend(query())
    expect(() => reply(conversation, 2, [OK])).toThrow(ProtocolViolationError)
    conversation.frontend(query())
    reply(conversation, 1, [TWO_COLUMNS, column('a'), column('b')])
    const run = { bytes: new Uint8Array(6), completed: 1, packets: 1, sequence: 5 }
    expect(() => conversation.rows(run)).toThrow(ProtocolViolationError)
  })

  test('a row of the other protocol is a violation', () => {
    const conversation = withStatement(1, 0)
    conversation.frontend(execute(1))
    reply(conversation, 1, [TWO_COLUMNS, column('a'), column('b')])
    expect(conversation.streams(1, 10)).toBe(false)
    expect(() => reply(conversation, 4, [Uint8Array.of(1, 0x61, 1, 0x61)])).toThrow(ProtocolViolationError)
  })

  test('a malformed reply is one', () => {
    const conversation = new Conversation({ capabilities: PLAIN })
    conversation.frontend(query())
    expect(() => reply(conversation, 1, [Uint8Array.of(0, 0)])).toThrow(MalformedMessageError)
  })

  test('an error that answers nothing ends the session', () => {
    const idle = new Conversation({ capabilities: PLAIN })
    expect(reply(idle, 0, [REFUSAL])).toMatchObject({ action: 'forward', events: [{ type: 'terminated' }] })
    expect(idle.terminated).toBe(true)
    expect(() => reply(idle, 1, [REFUSAL])).toThrow(ProtocolViolationError)
    const waiting = new Conversation({ capabilities: PLAIN })
    waiting.frontend(query())
    // It was written before the command was read; the frontend takes it for the answer, with the id that it expects.
    const step = reply(waiting, 0, [REFUSAL])
    expect(step).toMatchObject({ action: 'replace', bytes: encodeBackend(REFUSAL, PLAIN, 1) })
    expect(waiting.terminated).toBe(true)
  })
})

describe('refusals', () => {
  test('a refused command is answered at once when nothing is owed before it, and never sent', () => {
    const conversation = new Conversation({ capabilities: PLAIN })
    const answer = conversation.refuse(query(), REFUSAL, undefined, { sequence: 3 })
    expect(answer).toEqual({ toFrontend: encodeBackend(REFUSAL, PLAIN, 3), toBackend: undefined })
    expect(conversation.pending).toBe(0)
  })

  test('its answer takes its place among the replies', () => {
    const conversation = new Conversation<number>({ capabilities: PLAIN })
    conversation.frontend(query(), 1)
    expect(conversation.refuse(query(), REFUSAL, 2).toFrontend).toBeUndefined()
    conversation.frontend(query(), 3)
    conversation.answer({ type: 'COM_PROCESS_KILL', connectionId: 1 }, OK, 4)
    const first = reply(conversation, 1, [OK])
    expect(first.following).toEqual([encodeBackend(REFUSAL, PLAIN, 1)])
    expect(first.events).toMatchObject([{ type: 'completed' }, { type: 'answered', entry: { context: 2 } }])
    expect(reply(conversation, 1, [OK]).following).toEqual([encodeBackend(OK, PLAIN, 1)])
    expect(conversation.pending).toBe(0)
  })

  test.each<SessionCommand | { readonly type: 'unavailable'; readonly code: number; readonly command: undefined }>([
    { type: 'unavailable', code: 0x12, command: undefined },
    {
      type: 'COM_CHANGE_USER',
      user: '',
      authResponse: new Uint8Array(0),
      schema: '',
      characterSet: undefined,
      plugin: '',
      attributes: [],
    },
    { type: 'COM_STMT_FETCH', statementId: 9, rows: 1 },
  ])('$type cannot be forwarded, only refused', (message) => {
    const conversation = new Conversation({ capabilities: PLAIN })
    expect(() => conversation.frontend(message)).toThrow(UnsupportedError)
    expect(conversation.refuse(message, REFUSAL).toFrontend).toBeDefined()
  })

  test('types that a refused execution said are said by the next', () => {
    const conversation = withStatement(1, 1)
    conversation.refuse(execute(1, 'a'), REFUSAL)
    const next = { ...execute(1, 'b'), bound: false } as SessionCommand
    expect(() => conversation.frontend(next)).toThrow(UnsupportedError)
    const rewritten = conversation.rewrite(next)
    const read = decodeFrontend(raw(rewritten!.subarray(4), 0), conversation.commands)
    expect(read).toMatchObject({ bound: true, parameters: [{ type: 253 }] })
    conversation.frontend(next)
    reply(conversation, 1, [OK])
    expect(conversation.rewrite(next)).toBeUndefined()
  })

  test('long data of a refused execution is dropped by the server too', () => {
    const conversation = withStatement(7, 1)
    const part = { type: 'COM_STMT_SEND_LONG_DATA', statementId: 7, parameter: 0, data: Uint8Array.of(1) } as const
    expect(conversation.frontend(part)).toBeUndefined()
    const answer = conversation.refuse(execute(7), REFUSAL)
    expect(answer.toFrontend).toBeUndefined()
    expect(decodeFrontend(raw(answer.toBackend!.subarray(4), 0), conversation.commands)).toEqual({
      type: 'COM_STMT_RESET',
      statementId: 7,
    })
    expect(reply(conversation, 1, [OK])).toMatchObject({
      action: 'drop',
      following: [encodeBackend(REFUSAL, PLAIN, 1)],
    })
  })

  test('refused long data makes its execution refused', () => {
    const conversation = withStatement(7, 1)
    const part = { type: 'COM_STMT_SEND_LONG_DATA', statementId: 7, parameter: 0, data: Uint8Array.of(1) } as const
    expect(conversation.refuse(part, REFUSAL)).toEqual({ toFrontend: undefined, toBackend: undefined })
    expect(conversation.statementFor(7)).toMatchObject({ state: 'known', value: { refusal: REFUSAL } })
    expect(() => conversation.frontend(execute(7, 'a'))).toThrow(UnsupportedError)
    conversation.refuse(execute(7, 'a'), REFUSAL)
    expect(conversation.statementFor(7)).toMatchObject({ state: 'known', value: { refusal: undefined } })
  })
})

describe('statements', () => {
  test('an id means what the server has confirmed, never before', () => {
    const conversation = new Conversation<string>({ capabilities: PLAIN })
    expect(conversation.statementFor(1).state).toBe('unknown')
    conversation.frontend({ type: 'COM_STMT_PREPARE', query: new Uint8Array(0) }, 'one')
    expect(conversation.statementFor(1).state).toBe('unsettled')
    expect(conversation.statementFor(LAST_STATEMENT).state).toBe('unsettled')
    reply(conversation, 1, [
      { type: 'COM_STMT_PREPARE_OK', statementId: 1, columns: 0, parameters: 0, warnings: 0, metadataFollows: true },
    ])
    expect(conversation.statementFor(1)).toMatchObject({ state: 'known', value: { context: 'one' } })
    expect(conversation.statementFor(LAST_STATEMENT)).toMatchObject({ state: 'known', value: { id: 1 } })
    conversation.frontend({ type: 'COM_STMT_CLOSE', statementId: 1 })
    expect(conversation.statementFor(1).state).toBe('unknown')
    expect(conversation.statementFor(LAST_STATEMENT).state).toBe('unknown')
  })

  test('the last statement is named by its id, and means nothing after a refused preparation', () => {
    const conversation = withStatement(5, 0)
    const rewritten = conversation.rewrite(execute(LAST_STATEMENT))
    expect([...rewritten!.subarray(5, 9)]).toEqual([5, 0, 0, 0])
    conversation.refuse({ type: 'COM_STMT_PREPARE', query: new Uint8Array(0) }, REFUSAL)
    expect(conversation.statementFor(LAST_STATEMENT).state).toBe('unknown')
    expect(() => conversation.frontend(execute(LAST_STATEMENT))).toThrow(UnsupportedError)
    expect(conversation.statementFor(5).state).toBe('known')
  })

  test('a connection that is reset has no statements', () => {
    const conversation = withStatement(5, 0)
    conversation.frontend({ type: 'COM_RESET_CONNECTION' })
    expect(conversation.statementFor(5).state).toBe('unsettled')
    reply(conversation, 1, [OK])
    expect(conversation.statementFor(5).state).toBe('unknown')
  })

  test('rows of a cursor have the columns of the execution that opened it', () => {
    const conversation = withStatement(5, 0)
    conversation.frontend({ ...execute(5), flags: 1 } as SessionCommand)
    reply(conversation, 1, [
      { type: 'ColumnCount', columns: 1, metadataFollows: true },
      column('a', 3),
      { ...END, status: SERVER_STATUS.CURSOR_EXISTS },
    ])
    conversation.frontend({ type: 'COM_STMT_FETCH', statementId: 5, rows: 1 })
    expect(conversation.current).toMatchObject({ format: 'binary', columns: [{ name: 'a' }] })
    reply(conversation, 1, [Uint8Array.of(0, 0, 1, 0, 0, 0), END])
    expect(conversation.pending).toBe(0)
  })

  test('what was injected is not shown, and its statements are not the frontend’s', () => {
    const conversation = withStatement(1, 0)
    conversation.inject({ type: 'COM_STMT_PREPARE', query: new Uint8Array(0) })
    const prepared = { columns: 0, parameters: 0, warnings: 0, metadataFollows: true } as const
    expect(reply(conversation, 1, [{ type: 'COM_STMT_PREPARE_OK', statementId: 2, ...prepared }])).toMatchObject({
      action: 'drop',
      events: [{ type: 'prepared' }],
    })
    expect(conversation.statementFor(2).state).toBe('unknown')
    expect(conversation.statementFor(LAST_STATEMENT).state).toBe('unknown')
    expect([...conversation.statements()]).toMatchObject([{ id: 1 }])
    conversation.inject(execute(2))
    expect(reply(conversation, 1, [REFUSAL])).toMatchObject({ action: 'drop', events: [{ type: 'failed' }] })
  })
})

describe('files', () => {
  test('a file that the statement names goes to the server, up to the empty packet', () => {
    const conversation = new Conversation({ capabilities: FILES })
    conversation.frontend(query(), undefined, { files: ['a.csv'] })
    const asked = reply(conversation, 1, [{ type: 'LocalInfileRequest', path: 'a.csv' }], FILES)
    expect(asked.events).toMatchObject([{ type: 'infile', path: 'a.csv' }])
    expect(conversation.awaitsFile).toBe(true)
    expect(() => conversation.frontend(query())).toThrow(ProtocolViolationError)
    conversation.file(raw(Uint8Array.of(1, 2), 2))
    conversation.file(raw(new Uint8Array(0), 3))
    expect(conversation.awaitsFile).toBe(false)
    expect(reply(conversation, 4, [OK]).events).toMatchObject([{ type: 'completed' }])
    expect(() => conversation.file(raw(new Uint8Array(0), 5))).toThrow(ProtocolViolationError)
  })

  test('a file is never asked for where the session does not allow it, or in a pipeline', () => {
    const request: BackendMessage = { type: 'LocalInfileRequest', path: 'a.csv' }
    const closed = new Conversation({ capabilities: PLAIN })
    closed.frontend(query(), undefined, { files: ['a.csv'] })
    expect(() => reply(closed, 1, [request])).toThrow(ProtocolViolationError)
    const pipelined = new Conversation({ capabilities: FILES })
    pipelined.frontend(query(), undefined, { files: ['a.csv'] })
    pipelined.frontend(query())
    expect(() => reply(pipelined, 1, [request], FILES)).toThrow(ProtocolViolationError)
  })
})

test('a full conversation takes no more, and nothing comes behind COM_QUIT', () => {
  const conversation = new Conversation({ capabilities: PLAIN, maxPending: 1 })
  conversation.frontend(query())
  expect(conversation.full).toBe(true)
  expect(() => conversation.frontend(query())).toThrow(ConversationFullError)
  expect(() => conversation.refuse(query(), REFUSAL)).toThrow(ConversationFullError)
  expect(conversation.frontend({ type: 'COM_QUIT' })).toBeUndefined()
  expect(() => conversation.frontend({ type: 'COM_PING' })).toThrow(ProtocolViolationError)
})
