import { describe, expect, test } from 'vitest'
import { encodeBackend, type BackendMessage } from '../backend/message.ts'
import { ConversationFullError, MalformedMessageError, ProtocolViolationError, UnsupportedError } from '../errors.ts'
import { RawMessage } from '../framing/raw-message.ts'
import { decodeFrontend, type FrontendMessage, type SessionMessage } from '../frontend/message.ts'
import { Conversation } from './conversation.ts'
import { REFUSED_NAME, REFUSED_TEXT } from './substitute.ts'
import { bind, BOUND, COMPLETE, COPY_IN, DESCRIBED, error, parse, PARSED, READY, reply, ROW } from './testdata/talk.ts'

const SYNC = { type: 'Sync' } as const
const EXECUTE = { type: 'Execute', portal: '', maxRows: 0 } as const
const REFUSAL = error('refused by rule read-only')

describe('a Query', () => {
  test('is answered statement by statement, and then ReadyForQuery', () => {
    const conversation = new Conversation<string>()
    const entry = conversation.frontend({ type: 'Query', query: 'SELECT 1; ; UPDATE t' }, 'text')
    expect(reply(conversation, DESCRIBED).events).toMatchObject([{ type: 'described', fields: [{ name: 'v' }] }])
    expect(conversation.current).toMatchObject({ context: 'text', statementIndex: 0, fields: [{ name: 'v' }] })
    expect(reply(conversation, ROW, COMPLETE).events).toEqual([
      { type: 'completed', entry, index: 0, commandTag: 'SELECT 1' },
    ])
    expect(conversation.current).toMatchObject({ statementIndex: 1, fields: undefined, rows: 1, rowBytes: 11 })
    expect(reply(conversation, { type: 'EmptyQueryResponse' }).events).toMatchObject([{ index: 1, commandTag: '' }])
    expect(reply(conversation, { type: 'CommandComplete', commandTag: 'UPDATE 3' }).events).toMatchObject([
      { index: 2 },
    ])
    expect(conversation.pending).toBe(1)
    expect(reply(conversation, READY).events).toEqual([{ type: 'ready', entry, status: 'idle' }])
    expect(conversation.pending).toBe(0)
  })

  test('ends with its first error', () => {
    const conversation = new Conversation<string>()
    conversation.frontend({ type: 'Query', query: 'SELECT 1; SELECT 1/0' })
    reply(conversation, DESCRIBED, ROW, COMPLETE, DESCRIBED)
    expect(reply(conversation, error('division by zero'))).toMatchObject({
      action: 'forward',
      events: [{ type: 'failed', index: 1, refused: false }],
    })
    expect(() => reply(conversation, COMPLETE)).toThrow(ProtocolViolationError)
  })

  test('is never answered by ReadyForQuery alone, nor by rows without a description', () => {
    for (const message of [READY, ROW, { type: 'PortalSuspended' } as const, PARSED]) {
      const conversation = new Conversation()
      conversation.frontend({ type: 'Query', query: 'SELECT 1' })
      expect(() => reply(conversation, message)).toThrow(ProtocolViolationError)
    }
  })
})

describe('a refusal', () => {
  const REFUSABLE: readonly (readonly [SessionMessage, SessionMessage])[] = [
    [parse('s', 'DROP TABLE t'), parse('s', REFUSED_TEXT)],
    [bind('p', 's'), bind('p', REFUSED_NAME)],
    [
      { type: 'Execute', portal: 'p', maxRows: 9 },
      { type: 'Execute', portal: REFUSED_NAME, maxRows: 0 },
    ],
    [
      { type: 'Describe', target: 'portal', name: 'p' },
      { type: 'Describe', target: 'portal', name: REFUSED_NAME },
    ],
    [
      { type: 'Close', target: 'statement', name: 's' },
      { type: 'Describe', target: 'statement', name: REFUSED_NAME },
    ],
  ]

  test.each(REFUSABLE)(
    'of $type sends what must fail in its place, and answers with its own error',
    (message, substitute) => {
      const conversation = new Conversation<string>()
      const sent = decodeFrontend(new RawMessage(conversation.refuse(message, REFUSAL, 'context')))
      expect(sent).toEqual(substitute)
      conversation.frontend(EXECUTE, 'behind')
      conversation.frontend(SYNC)
      const step = reply(conversation, error('syntax error'))
      expect(step).toMatchObject({
        action: 'replace',
        bytes: encodeBackend(REFUSAL),
        events: [{ type: 'failed', refused: true, entry: { context: 'context' } }],
      })
      expect(reply(conversation, READY).events).toMatchObject([
        { type: 'skipped', entries: [{ context: 'behind' }] },
        { type: 'ready' },
      ])
      expect(conversation.pending).toBe(0)
    },
  )

  test.each<SessionMessage>([
    { type: 'Query', query: 'DROP TABLE t' },
    { type: 'FunctionCall', functionOid: 1598, argumentFormats: [], arguments: [], resultFormat: 0 },
  ])('of $type is followed by ReadyForQuery, and by no skipping', (message) => {
    const conversation = new Conversation()
    conversation.refuse(message, REFUSAL)
    conversation.frontend(parse(''))
    expect(reply(conversation, error('no')).action).toBe('replace')
    expect(reply(conversation, READY).events).toMatchObject([{ type: 'ready' }])
    expect(reply(conversation, PARSED).events).toMatchObject([{ type: 'acknowledged' }])
  })

  test('is skipped when something before it fails', () => {
    const conversation = new Conversation<string>()
    conversation.frontend(parse('', 'SELEC'), 'first')
    conversation.refuse(bind('', ''), REFUSAL, 'second')
    conversation.frontend(SYNC)
    expect(reply(conversation, error('syntax error'))).toMatchObject({
      action: 'forward',
      events: [{ refused: false }],
    })
    expect(reply(conversation, READY).events).toMatchObject([
      { type: 'skipped', entries: [{ context: 'second' }] },
      { type: 'ready' },
    ])
  })

  test('that the backend answers with success is a violation', () => {
    const conversation = new Conversation()
    conversation.refuse(parse(''), REFUSAL)
    expect(() => reply(conversation, PARSED)).toThrow(ProtocolViolationError)
    const rows = new Conversation()
    rows.refuse(EXECUTE, REFUSAL)
    expect(() => rows.rows(0x44, 1, 11)).toThrow(ProtocolViolationError)
  })

  test('gives way to an error that ends the session', () => {
    const conversation = new Conversation()
    conversation.refuse(parse(''), REFUSAL)
    expect(reply(conversation, error('shutdown', 'FATAL')).action).toBe('forward')
  })

  test('of COPY data makes the COPY fail, with its own error', () => {
    const conversation = new Conversation()
    conversation.frontend({ type: 'Query', query: 'COPY t FROM STDIN' })
    reply(conversation, COPY_IN)
    const sent = conversation.refuse({ type: 'CopyData', data: new Uint8Array(3) }, REFUSAL)
    expect(decodeFrontend(new RawMessage(sent))).toEqual({ type: 'CopyFail', reason: REFUSED_TEXT })
    expect(reply(conversation, error('COPY from stdin failed'))).toMatchObject({
      action: 'replace',
      bytes: encodeBackend(REFUSAL),
    })
    reply(conversation, READY)
    conversation.frontend({ type: 'Query', query: 'SELECT 1' })
    reply(conversation, DESCRIBED, COMPLETE, READY)
    expect(conversation.pending).toBe(0)
  })

  test.each<SessionMessage>([SYNC, { type: 'Flush' }, { type: 'Terminate' }, { type: 'CopyFail', reason: '' }])(
    'of $type is impossible',
    (message) => {
      expect(() => new Conversation().refuse(message, REFUSAL)).toThrow(UnsupportedError)
    },
  )
})

describe('an injected Describe', () => {
  test('is answered to the caller and not to the frontend', () => {
    const conversation = new Conversation<string>()
    conversation.frontend(parse(''))
    conversation.frontend(bind('', ''))
    conversation.inject({ type: 'Describe', target: 'portal', name: '' }, 'silent')
    conversation.frontend(EXECUTE, 'loud')
    reply(conversation, PARSED, BOUND)
    expect(reply(conversation, DESCRIBED)).toMatchObject({
      action: 'drop',
      events: [{ type: 'described', fields: [{ name: 'v' }], entry: { context: 'silent', injected: true } }],
    })
    expect(reply(conversation, ROW).action).toBe('forward')
    expect(conversation.current).toMatchObject({ context: 'loud', fields: [{ name: 'v' }] })
  })

  test('that fails is answered in the place of what follows', () => {
    const conversation = new Conversation<string>()
    conversation.inject({ type: 'Describe', target: 'portal', name: 'p' })
    conversation.frontend({ type: 'Execute', portal: 'p', maxRows: 0 }, 'skipped')
    conversation.frontend(SYNC)
    expect(reply(conversation, error('portal "p" does not exist')).action).toBe('forward')
    expect(reply(conversation, READY).events).toMatchObject([
      { type: 'skipped', entries: [{ context: 'skipped' }] },
      {},
    ])
  })

  test.each<FrontendMessage>([SYNC, { type: 'Query', query: '' }, EXECUTE])('cannot be a $type', (message) => {
    expect(() => new Conversation().inject(message)).toThrow(UnsupportedError)
  })
})

describe('portals with row limits', () => {
  test('are suspended and executed again', () => {
    const conversation = new Conversation<string>()
    conversation.frontend(parse('s'), 'statement')
    conversation.frontend(bind('p', 's'), 'portal')
    conversation.frontend({ type: 'Execute', portal: 'p', maxRows: 1 }, 'first')
    conversation.frontend({ type: 'Execute', portal: 'p', maxRows: 1 }, 'second')
    conversation.frontend(SYNC)
    reply(conversation, PARSED, BOUND, ROW)
    expect(conversation.current).toMatchObject({
      context: 'first',
      portal: { context: 'portal', statement: { context: 'statement' } },
    })
    expect(reply(conversation, { type: 'PortalSuspended' }).events).toMatchObject([{ type: 'suspended' }])
    expect(reply(conversation, COMPLETE).events).toMatchObject([{ type: 'completed', entry: { context: 'second' } }])
  })
})

describe('the end of a session', () => {
  test('may come at any time, as a FATAL error, and nothing may come after it', () => {
    for (const prepare of [() => undefined, (some: Conversation<string>) => some.frontend(parse(''))]) {
      const conversation = new Conversation<string>()
      prepare(conversation)
      expect(reply(conversation, error('shutdown', 'FATAL')).events).toMatchObject([{ type: 'terminated' }])
      expect(conversation.terminated).toBe(true)
      expect(() => reply(conversation, READY)).toThrow(ProtocolViolationError)
      expect(() => conversation.rows(0x44, 1, 9)).toThrow(ProtocolViolationError)
    }
  })

  test('announced by Terminate leaves no room for another message', () => {
    const conversation = new Conversation()
    expect(conversation.frontend({ type: 'Terminate' })).toBeUndefined()
    expect(() => conversation.frontend(SYNC)).toThrow(ProtocolViolationError)
  })
})

describe('ready', () => {
  test('is not the same as having nothing pending', () => {
    const conversation = new Conversation()
    expect(conversation.ready).toBe(true)
    conversation.frontend(parse(''))
    expect(conversation.ready).toBe(false)
    reply(conversation, error('syntax error'))
    expect({ pending: conversation.pending, ready: conversation.ready }).toEqual({ pending: 0, ready: false })
    conversation.frontend(SYNC)
    reply(conversation, READY)
    expect(conversation.ready).toBe(true)
    conversation.frontend(SYNC)
    conversation.frontend(SYNC)
    reply(conversation, READY)
    expect(conversation.ready).toBe(false)
  })
})

describe('a violation', () => {
  test.each<BackendMessage>([
    PARSED,
    READY,
    ROW,
    error('from nowhere'),
    { type: 'AuthenticationOk' },
    { type: 'BackendKeyData', processId: 1, secretKey: new Uint8Array(4) },
    { type: 'NegotiateProtocolVersion', minor: 0, unknownOptions: [] },
  ])('is $type that nothing sent would bring', (message) => {
    expect(() => reply(new Conversation(), message)).toThrow(ProtocolViolationError)
  })

  test('is the beginning of replication', () => {
    for (const message of [EXECUTE, { type: 'Query', query: 'START_REPLICATION' } as const]) {
      const conversation = new Conversation()
      conversation.frontend(message)
      expect(() => reply(conversation, { type: 'CopyBothResponse', format: 0, columnFormats: [] })).toThrow(
        ProtocolViolationError,
      )
    }
  })

  test('is a message that belongs before the session', () => {
    for (const message of [
      { type: 'SSLRequest' },
      { type: 'StartupMessage', major: 3, minor: 0, parameters: [] },
      { type: 'CancelRequest', processId: 1, secretKey: new Uint8Array(4) },
      { type: 'PasswordMessage', password: '' },
    ] as const) {
      expect(() => new Conversation().frontend(message)).toThrow(ProtocolViolationError)
    }
  })

  test('is anything but rows and COPY data that streams', () => {
    const conversation = new Conversation()
    conversation.frontend(parse(''))
    for (const tag of [0x31, 0x5a, 0x00]) expect(() => conversation.rows(tag, 1, 5)).toThrow(ProtocolViolationError)
  })

  test('is a reply that carries more than it should', () => {
    const conversation = new Conversation()
    conversation.frontend(parse(''))
    expect(() => conversation.backend(new RawMessage(Uint8Array.of(0x31, 0, 0, 0, 5, 0)))).toThrow(
      MalformedMessageError,
    )
  })
})

describe('what belongs to no message', () => {
  test('passes at any time', () => {
    const asynchronous: readonly BackendMessage[] = [
      { type: 'NoticeResponse', fields: [] },
      { type: 'NotificationResponse', processId: 1, channel: 'c', payload: '' },
      { type: 'ParameterStatus', name: 'n', value: 'v' },
    ]
    const conversation = new Conversation()
    const passes = (): void => {
      for (const message of asynchronous) {
        expect(reply(conversation, message)).toEqual({ action: 'forward', events: [{ type: 'asynchronous' }] })
      }
    }
    passes()
    conversation.frontend(parse(''))
    conversation.frontend(SYNC)
    passes()
    reply(conversation, error('no'))
    passes()
    reply(conversation, READY)
    passes()
  })
})

describe('Sync and FunctionCall', () => {
  test('may fail when they commit, and are followed by ReadyForQuery', () => {
    const conversation = new Conversation<string>()
    conversation.frontend(SYNC, 'sync')
    expect(reply(conversation, error('deferred')).events).toMatchObject([
      { type: 'failed', entry: { context: 'sync' } },
    ])
    reply(conversation, READY)
    conversation.frontend({ type: 'FunctionCall', functionOid: 1, argumentFormats: [], arguments: [], resultFormat: 0 })
    expect(reply(conversation, { type: 'FunctionCallResponse', value: null }).events).toMatchObject([
      { type: 'acknowledged' },
    ])
    expect(reply(conversation, error('deferred')).events).toMatchObject([{ type: 'failed' }])
    reply(conversation, { type: 'ReadyForQuery', status: 'failed' })
    expect(conversation.transaction).toBe('failed')
  })
})

describe('limits', () => {
  test('maxPending holds the frontend back, and a message beyond it changes nothing', () => {
    const conversation = new Conversation({ maxPending: 2 })
    conversation.frontend(parse('a'))
    expect(conversation.full).toBe(false)
    conversation.frontend(parse('b'))
    expect(conversation.full).toBe(true)
    expect(() => conversation.frontend(parse('c'))).toThrow(ConversationFullError)
    expect(conversation.frontend({ type: 'Flush' })).toBeUndefined()
    expect(conversation.statementFor('c')).toEqual({ state: 'unknown' })
    reply(conversation, PARSED)
    expect(conversation.full).toBe(false)
  })

  test('maxPending leaves a place for what is injected, and for the message it is injected for', () => {
    const conversation = new Conversation({ maxPending: 1 })
    conversation.frontend(parse('a'))
    conversation.inject({ type: 'Describe', target: 'portal', name: '' })
    conversation.frontend(EXECUTE)
    expect(() => conversation.frontend(SYNC)).toThrow(ConversationFullError)
    expect(conversation.pending).toBe(3)
  })

  test('maxNames bounds what is remembered', () => {
    const conversation = new Conversation({ maxNames: 1 })
    conversation.frontend(parse('a'))
    reply(conversation, PARSED)
    expect(() => conversation.frontend(parse('b'))).toThrow(ConversationFullError)
  })
})
