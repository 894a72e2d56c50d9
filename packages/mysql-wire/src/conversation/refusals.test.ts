import { describe, expect, test } from 'vitest'
import { encodeBackend } from '../backend/message.ts'
import { UnsupportedError } from '../errors.ts'
import { LAST_STATEMENT } from '../frontend/codec.ts'
import { decodeFrontend, type SessionCommand } from '../frontend/message.ts'
import { SERVER_STATUS } from '../status.ts'
import { Conversation } from './conversation.ts'
import { column, END, execute, OK, PLAIN, query, raw, REFUSAL, reply, withStatement } from './testdata/talk.ts'

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

  test('types of an execution that failed, or is not answered yet, are said again', () => {
    const conversation = withStatement(1, 1)
    const next = { ...execute(1, 'b'), bound: false } as SessionCommand
    conversation.frontend(execute(1, 'a'))
    expect(conversation.rewrite(next)).toBeDefined()
    reply(conversation, 1, [REFUSAL])
    expect(conversation.rewrite(next)).toBeDefined()
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
