import { describe, expect, test } from 'vitest'
import { ProtocolViolationError } from '../errors.ts'
import { Conversation } from './conversation.ts'
import { bind, BOUND, COMPLETE, COPY_IN, DESCRIBED, error, parse, PARSED, READY, reply } from './testdata/talk.ts'

const SYNC = { type: 'Sync' } as const
const DONE = { type: 'CopyDone' } as const
const EXECUTE = { type: 'Execute', portal: '', maxRows: 0 } as const
const COPIED = { type: 'CommandComplete', commandTag: 'COPY 3' } as const

/** A conversation in which an extended COPY FROM STDIN has begun, with a Sync sent behind its Execute already. */
function copying(): Conversation<string> {
  const conversation = new Conversation<string>()
  conversation.frontend(parse(''))
  conversation.frontend(bind('', ''))
  conversation.frontend(EXECUTE, 'copy')
  conversation.frontend(SYNC, 'early')
  reply(conversation, PARSED, BOUND)
  expect(reply(conversation, COPY_IN).events).toMatchObject([{ type: 'copy', direction: 'in', formats: { format: 0 } }])
  conversation.frontend({ type: 'CopyData', data: new Uint8Array(3) })
  return conversation
}

describe('COPY FROM STDIN', () => {
  test('that succeeds has swallowed every Sync before its CopyDone', () => {
    const conversation = copying()
    conversation.frontend(DONE)
    conversation.frontend(SYNC, 'late')
    expect(reply(conversation, COPIED).events).toMatchObject([{ type: 'completed', commandTag: 'COPY 3' }])
    expect(reply(conversation, READY).events).toMatchObject([{ type: 'ready', entry: { context: 'late' } }])
    expect(conversation.pending).toBe(0)
  })

  test.each([
    ['swallowed', 1],
    ['answered', 2],
  ])('that fails may have %s the Sync before its CopyDone', (_, readies) => {
    const conversation = copying()
    conversation.frontend(DONE)
    conversation.frontend(SYNC)
    reply(conversation, error('invalid input syntax'))
    for (let count = 0; count < readies; count += 1) reply(conversation, READY)
    conversation.frontend(parse(''), 'next')
    conversation.frontend(SYNC)
    expect(reply(conversation, PARSED).events).toMatchObject([{ type: 'acknowledged', entry: { context: 'next' } }])
    reply(conversation, READY)
    expect(conversation.pending).toBe(0)
  })

  test('that fails before anything follows answers the early Sync', () => {
    const conversation = copying()
    reply(conversation, error('canceled'), READY)
    conversation.frontend(DONE)
    conversation.frontend({ type: 'Query', query: 'SELECT 1' }, 'next')
    expect(reply(conversation, DESCRIBED).events).toMatchObject([{ entry: { context: 'next' } }])
  })

  test('that fails leaves open what ReadyForQuery answers when more was sent before a certain Sync: a violation', () => {
    const conversation = copying()
    conversation.frontend(parse('x'))
    conversation.frontend(SYNC)
    reply(conversation, error('canceled'))
    expect(() => reply(conversation, READY)).toThrow(ProtocolViolationError)
  })

  test('in a Query goes on with the next statement, and may be several', () => {
    const conversation = new Conversation<string>()
    conversation.frontend({ type: 'Query', query: 'COPY a FROM STDIN; COPY b FROM STDIN; SELECT 1' })
    for (let copy = 0; copy < 2; copy += 1) conversation.frontend(DONE)
    reply(conversation, COPY_IN, COPIED, COPY_IN)
    expect(conversation.current).toMatchObject({ statementIndex: 1, copy: { direction: 'in' } })
    reply(conversation, COPIED, DESCRIBED, COMPLETE, READY)
    expect(conversation.pending).toBe(0)
  })

  test('that is completed before its CopyDone was sent is a violation', () => {
    expect(() => reply(copying(), COPIED)).toThrow(ProtocolViolationError)
  })

  test('is over for the server when it fails, and late data is ignored', () => {
    const conversation = new Conversation<string>()
    conversation.frontend({ type: 'Query', query: 'COPY a FROM STDIN' })
    reply(conversation, COPY_IN, error('invalid input syntax'), READY)
    conversation.frontend({ type: 'CopyData', data: new Uint8Array(3) })
    conversation.frontend({ type: 'CopyFail', reason: 'late' })
    conversation.frontend({ type: 'Query', query: 'SELECT 1' })
    reply(conversation, DESCRIBED, COMPLETE, READY)
    expect(conversation.pending).toBe(0)
  })
})

describe('pending', () => {
  test('counts nothing that may never be answered', () => {
    const conversation = new Conversation<string>({ maxPending: 1 })
    conversation.frontend(DONE)
    conversation.frontend({ type: 'CopyFail', reason: '' })
    expect(conversation.pending).toBe(0)
    expect(conversation.full).toBe(false)
    const failed = copying()
    failed.frontend(DONE)
    failed.frontend(SYNC)
    expect(failed.pending).toBe(3)
    reply(failed, error('invalid input syntax'))
    expect(failed.pending).toBe(1)
    reply(failed, READY)
    expect(failed.pending).toBe(0)
    reply(failed, READY)
    expect(() => reply(failed, READY)).toThrow(ProtocolViolationError)
  })
})

describe('the message being answered', () => {
  test('is never a CopyDone that came late, nor a Sync that may be gone', () => {
    const conversation = copying()
    conversation.frontend(DONE)
    conversation.frontend(SYNC)
    reply(conversation, error('invalid input syntax'))
    expect(conversation.current).toBeUndefined()
    reply(conversation, READY)
    conversation.frontend(EXECUTE, 'next')
    expect(conversation.current).toMatchObject({ context: 'next' })
  })
})

describe('COPY TO STDOUT', () => {
  test('streams its data, in a Query as in an Execute', () => {
    for (const message of [EXECUTE, { type: 'Query', query: 'COPY a TO STDOUT' } as const]) {
      const conversation = new Conversation<string>()
      conversation.frontend(message)
      if (message.type === 'Execute') conversation.frontend(SYNC)
      expect(() => conversation.rows(0x64, 1, 9)).toThrow(ProtocolViolationError)
      reply(conversation, { type: 'CopyOutResponse', format: 1, columnFormats: [1] })
      expect(conversation.current).toMatchObject({ copy: { direction: 'out', format: 1, columnFormats: [1] } })
      conversation.rows(0x64, 2, 30)
      expect(() => conversation.rows(0x44, 1, 30)).toThrow(ProtocolViolationError)
      expect(conversation.current).toMatchObject({ rows: 2, rowBytes: 30 })
      expect(() => reply(conversation, COPIED)).toThrow(ProtocolViolationError)
      reply(conversation, { type: 'CopyDone' }, COPIED)
      reply(conversation, READY)
      expect(conversation.pending).toBe(0)
    }
  })
})
