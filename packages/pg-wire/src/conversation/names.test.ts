import { describe, expect, test } from 'vitest'
import { ProtocolViolationError } from '../errors.ts'
import { Conversation } from './conversation.ts'
import { bind, BOUND, COMPLETE, DESCRIBED, error, IN_BLOCK, parse, PARSED, READY, reply, ROW } from './testdata/talk.ts'

const SYNC = { type: 'Sync' } as const

/** What a statement's name means: its context, or why it has none. */
function statement(conversation: Conversation<string>, name: string): string | undefined {
  const lookup = conversation.statementFor(name)
  return lookup.state === 'known' ? lookup.value.context : lookup.state
}

function portal(conversation: Conversation<string>, name: string): string | undefined {
  const lookup = conversation.portalFor(name)
  return lookup.state === 'known' ? lookup.value.statement?.context : lookup.state
}

/** A conversation in which statement `s` is prepared and confirmed. */
function prepared(name: string = 's'): Conversation<string> {
  const conversation = new Conversation<string>()
  conversation.frontend(parse(name), 'old')
  conversation.frontend(SYNC)
  reply(conversation, PARSED, READY)
  return conversation
}

describe('the name of a statement', () => {
  test('is confirmed by ParseComplete and known to what follows the Parse at once', () => {
    const conversation = new Conversation<string>()
    conversation.frontend(parse('s'), 'context')
    expect(statement(conversation, 's')).toBe('context')
    expect([...conversation.statements()]).toEqual([])
    reply(conversation, PARSED)
    expect([...conversation.statements()]).toMatchObject([{ name: 's', context: 'context' }])
  })

  test('keeps its meaning when a Parse of that name fails', () => {
    const conversation = prepared()
    conversation.frontend(parse('s'), 'new')
    conversation.frontend(SYNC)
    reply(conversation, error('already exists'), READY)
    expect(statement(conversation, 's')).toBe('old')
  })

  test('keeps its meaning when a Parse of that name is skipped', () => {
    const conversation = prepared('')
    conversation.frontend(bind('', 'none'))
    conversation.frontend(parse(''), 'new')
    conversation.frontend(SYNC)
    reply(conversation, error('does not exist'), READY)
    expect(statement(conversation, '')).toBe('old')
  })

  test('loses its meaning, if it is the unnamed one, when a Parse fails and when a Query comes', () => {
    const failed = prepared('')
    failed.frontend(parse('', 'SELEC'), 'new')
    failed.frontend(SYNC)
    reply(failed, error('syntax error'), READY)
    expect(statement(failed, '')).toBe('unknown')
    const refused = prepared('')
    refused.refuse(parse(''), error('refused'), 'new')
    refused.frontend(SYNC)
    reply(refused, error('syntax error'), READY)
    expect(statement(refused, '')).toBe('unknown')
    const queried = prepared('')
    queried.frontend({ type: 'Query', query: '' })
    expect(statement(queried, '')).toBe('unknown')
    reply(queried, { type: 'EmptyQueryResponse' }, READY)
    expect(statement(queried, '')).toBe('unknown')
  })

  test('is gone when it is closed', () => {
    const conversation = prepared()
    conversation.frontend({ type: 'Close', target: 'statement', name: 's' })
    expect(statement(conversation, 's')).toBe('unknown')
    reply(conversation, { type: 'CloseComplete' })
    expect([...conversation.statements()]).toEqual([])
  })

  test('stays when the Close was refused', () => {
    const conversation = prepared()
    conversation.refuse({ type: 'Close', target: 'statement', name: 's' }, error('refused'))
    conversation.frontend(SYNC)
    reply(conversation, error('does not exist'), READY)
    expect(statement(conversation, 's')).toBe('old')
  })

  test('is unsettled while it depends on whether an earlier segment fails', () => {
    const conversation = prepared()
    conversation.frontend(parse('s'), 'new')
    expect(statement(conversation, 's')).toBe('new')
    conversation.frontend(SYNC)
    expect(statement(conversation, 's')).toBe('unsettled')
    reply(conversation, error('already exists'))
    reply(conversation, READY)
    expect(statement(conversation, 's')).toBe('old')
  })

  test('is known across a Sync when it can only be that or nothing', () => {
    const conversation = new Conversation<string>()
    conversation.frontend(parse('s'), 'context')
    conversation.frontend(SYNC)
    expect(statement(conversation, 's')).toBe('context')
  })

  test('counts with its first 63 bytes, as in the server', () => {
    const long = 'x'.repeat(63)
    const conversation = prepared(`${long}a`)
    expect(statement(conversation, `${long}b`)).toBe('old')
    expect(statement(conversation, long)).toBe('old')
    expect(statement(conversation, long.slice(1))).toBe('unknown')
    const wide = prepared('é'.repeat(40))
    expect(statement(wide, 'é'.repeat(32))).toBe('old')
    expect(statement(wide, 'é'.repeat(31))).toBe('unknown')
  })

  test.each([{ statements: ['s'] }, { statements: 'all' as const }])(
    'is unsettled while SQL that may change it is on its way, and unknown afterwards: %o',
    (sql) => {
      const conversation = prepared()
      conversation.frontend({ type: 'Query', query: 'DEALLOCATE s' }, 'sql', sql)
      expect(statement(conversation, 's')).toBe('unknown')
      conversation.frontend(SYNC)
      expect(statement(conversation, 's')).toBe('unsettled')
      conversation.frontend(parse('s'), 'new')
      expect(statement(conversation, 's')).toBe('new')
      reply(conversation, { type: 'CommandComplete', commandTag: 'DEALLOCATE' }, READY, READY)
      expect([...conversation.statements()]).toEqual([])
      reply(conversation, PARSED)
      expect(statement(conversation, 's')).toBe('new')
    },
  )
})

describe('the name of a portal', () => {
  test('ends with the transaction, and not before', () => {
    const conversation = prepared()
    conversation.frontend(bind('p', 's'))
    expect(portal(conversation, 'p')).toBe('old')
    conversation.frontend(SYNC)
    reply(conversation, BOUND, IN_BLOCK)
    expect(portal(conversation, 'p')).toBe('old')
    conversation.frontend(SYNC)
    reply(conversation, READY)
    expect(portal(conversation, 'p')).toBe('unknown')
    expect([...conversation.portals()]).toEqual([])
  })

  test('ends with a COMMIT, even when the next transaction begins at once', () => {
    const conversation = prepared()
    conversation.frontend(bind('p', 's'))
    conversation.frontend({ type: 'Query', query: 'COMMIT; BEGIN' })
    reply(conversation, BOUND, { type: 'CommandComplete', commandTag: 'COMMIT' })
    reply(conversation, { type: 'CommandComplete', commandTag: 'BEGIN' }, IN_BLOCK)
    expect(portal(conversation, 'p')).toBe('unknown')
  })

  test('belongs to the statement that the backend bound', () => {
    const conversation = prepared()
    // Unsettled when it is sent: the Parse in the segment before may fail, and does.
    conversation.frontend(parse('s'), 'new')
    conversation.frontend(SYNC)
    conversation.frontend(bind('', 's'))
    expect(portal(conversation, '')).toBeUndefined()
    conversation.frontend({ type: 'Execute', portal: '', maxRows: 0 })
    reply(conversation, error('already exists'), READY, BOUND, ROW)
    expect(conversation.current?.portal?.statement?.context).toBe('old')
  })

  test('keeps its columns for the rows of an Execute', () => {
    const conversation = prepared()
    conversation.frontend(bind('', 's'))
    conversation.frontend({ type: 'Describe', target: 'portal', name: '' })
    conversation.frontend({ type: 'Describe', target: 'statement', name: 's' })
    conversation.frontend({ type: 'Execute', portal: '', maxRows: 0 })
    reply(conversation, BOUND, DESCRIBED, { type: 'ParameterDescription', parameterTypes: [] }, { type: 'NoData' }, ROW)
    expect(conversation.current).toMatchObject({
      fields: [{ name: 'v' }],
      portal: { fields: [{ name: 'v' }], statement: { fields: 'none' } },
    })
  })

  test('is what the backend runs before the first row has come', () => {
    const conversation = prepared()
    conversation.frontend(bind('', 's'))
    conversation.frontend(SYNC)
    conversation.frontend({ type: 'Execute', portal: '', maxRows: 0 })
    expect(conversation.current).toMatchObject({ type: 'Bind' })
    reply(conversation, BOUND, READY)
    // The transaction has ended, and the portal with it.
    expect(conversation.current).toMatchObject({ type: 'Execute', portal: undefined })
  })

  test('means nothing known once SQL has declared a cursor of that name', () => {
    const conversation = prepared()
    conversation.frontend(bind('p', 's'))
    conversation.frontend({ type: 'Query', query: 'DECLARE p' }, 'sql', { portals: ['p'] })
    conversation.frontend({ type: 'Execute', portal: 'p', maxRows: 0 })
    reply(conversation, BOUND, COMPLETE, IN_BLOCK, ROW)
    expect(conversation.current?.portal).toBeUndefined()
  })

  test('that turns out to be another one is a violation', () => {
    const conversation = prepared()
    conversation.frontend(bind('p', 's'))
    conversation.frontend(SYNC)
    reply(conversation, BOUND, IN_BLOCK)
    conversation.frontend({ type: 'Execute', portal: 'p', maxRows: 0 })
    conversation.frontend({ type: 'Close', target: 'statement', name: 's' })
    conversation.frontend(bind('q', 's'))
    reply(conversation, COMPLETE, { type: 'CloseComplete' })
    // The Bind was sent when the statement was known to be closed, so no expectation is broken; nothing is known of it.
    expect(reply(conversation, BOUND).action).toBe('forward')
    expect(portal(conversation, 'q')).toBeUndefined()
    const parsed = prepared()
    parsed.frontend(bind('p', 's'))
    parsed.frontend(SYNC)
    reply(parsed, error('no'), READY)
    parsed.frontend(bind('p', 's'))
    parsed.frontend({ type: 'Query', query: 'DEALLOCATE s' }, 'sql', { statements: ['s'] })
    parsed.frontend(SYNC)
    reply(parsed, BOUND, COMPLETE, READY, READY)
    parsed.frontend(bind('p', 's'))
    expect(() => reply(parsed, PARSED)).toThrow(ProtocolViolationError)
  })
})
