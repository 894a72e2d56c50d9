import { describe, expect, test } from 'vitest'
import type { BackendMessage } from '../backend/message.ts'
import { encodeBackend } from '../backend/message.ts'
import { CLIENT, MARIADB } from '../capabilities.ts'
import { ConversationFullError, MalformedMessageError, ProtocolViolationError } from '../errors.ts'
import { encodePackets } from '../framing/encode-packets.ts'
import { SERVER_STATUS } from '../status.ts'
import { Conversation } from './conversation.ts'
import {
  column,
  END,
  execute,
  FILES,
  OK,
  PLAIN,
  query,
  raw,
  REFUSAL,
  reply,
  TWO_COLUMNS,
  withStatement,
} from './testdata/talk.ts'

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

  test('an OK follows on the row of OUT parameters, whatever the EOF behind it says', () => {
    const capabilities = { flags: CLIENT.PROTOCOL_41, extended: 0 }
    const conversation = new Conversation({ capabilities })
    conversation.frontend(query())
    const eof = { type: 'EOF', warnings: 0, status: SERVER_STATUS.AUTOCOMMIT } as const
    const outs = { ...eof, status: SERVER_STATUS.PS_OUT_PARAMS | SERVER_STATUS.MORE_RESULTS_EXISTS }
    const messages = [TWO_COLUMNS, column('a'), column('b'), outs, Uint8Array.of(1, 0x61, 0xfb), eof]
    for (const [index, message] of messages.entries()) {
      const payload = message instanceof Uint8Array ? message : encodeBackend(message, capabilities, 0).subarray(4)
      conversation.backend(raw(payload, index + 1))
    }
    expect(conversation.pending).toBe(1)
    const ok = encodeBackend(OK, capabilities, 7).subarray(4)
    expect(conversation.backend(raw(ok, 7)).events).toMatchObject([{ type: 'completed', index: 1, more: false }])
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

  test.each([
    ['deprecated', CLIENT.DEPRECATE_EOF, 0],
    ['not deprecated', 0, 2],
  ])('definitions that are left out of a preparation leave their EOFs behind (EOF %s)', (_, flag, ends) => {
    const capabilities = { flags: CLIENT.PROTOCOL_41 | CLIENT.OPTIONAL_RESULTSET_METADATA | flag, extended: 0 }
    const conversation = new Conversation({ capabilities })
    conversation.frontend({ type: 'COM_STMT_PREPARE', query: new Uint8Array(0) })
    const prepared: BackendMessage = {
      type: 'COM_STMT_PREPARE_OK',
      statementId: 1,
      columns: 2,
      parameters: 1,
      warnings: 0,
      metadataFollows: false,
    }
    const eofs = Array.from({ length: ends }, (): BackendMessage => ({ type: 'EOF', warnings: 0, status: 2 }))
    const step = reply(conversation, 1, [prepared, ...eofs], capabilities)
    expect(step.events).toMatchObject([{ type: 'prepared', statement: { parameterCount: 1, columns: undefined } }])
    expect(conversation.pending).toBe(0)
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
