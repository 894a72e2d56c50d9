import {
  decodeBackend,
  decodeFrontend,
  encodeBackend,
  encodeFrontend,
  MessageReader,
  noticeField,
  type BackendMessage,
  type FrontendMessage,
} from '@sallyport/pg-wire'
import { describe, expect, it } from 'vitest'
import { setPostgresStage, type PostgresStage } from '../testdata/postgres-stage.ts'

/** What the client got: `T D D C E54000 Zidle`. */
async function seen(stage: PostgresStage): Promise<string> {
  await stage.disk.sync()
  return messagesOf(stage.toClient)
    .map((raw) => word(decodeBackend(raw)))
    .join(' ')
}

/** What the agent got: `Query Parse Bind Execute Sync`. */
function sent(stage: PostgresStage): string {
  return messagesOf(stage.toAgent)
    .map((raw) => decodeFrontend(raw).type)
    .join(' ')
}

function messagesOf(chunks: readonly Uint8Array[]): Parameters<typeof decodeBackend>[0][] {
  const reader = new MessageReader({ maxMessageBytes: 1024 * 1024 })
  reader.push(Buffer.concat(chunks))
  const messages: Parameters<typeof decodeBackend>[0][] = []
  for (let raw = reader.next(); raw !== undefined; raw = reader.next()) messages.push(raw)
  return messages
}

function word(message: BackendMessage): string {
  const { type } = message
  if (type === 'ErrorResponse' || type === 'NoticeResponse') return `${type[0]}${noticeField(message, 'sqlState')}`
  if (type === 'ReadyForQuery') return `Z${message.status}`
  return LETTERS[type] ?? type
}

const LETTERS: Partial<Record<BackendMessage['type'], string>> = {
  RowDescription: 'T',
  DataRow: 'D',
  CommandComplete: 'C',
  ParseComplete: '1',
  BindComplete: '2',
}

const query = (what: string): Uint8Array => encodeFrontend({ type: 'Query', query: `SELECT ${what}` })
function extended(what: string): Uint8Array {
  const messages: readonly FrontendMessage[] = [
    { type: 'Parse', name: '', query: `SELECT ${what}`, parameterTypes: [] },
    { type: 'Bind', portal: '', statement: '', parameterFormats: [], parameters: [], resultFormats: [] },
    { type: 'Execute', portal: '', maxRows: 0 },
  ]
  return Buffer.concat(messages.map((message) => encodeFrontend(message)))
}
const SYNC = encodeFrontend({ type: 'Sync' })
const FIELD = { name: 'x', tableOid: 0, attribute: 0, typeOid: 25, typeSize: -1, typeModifier: -1, format: 0 }
const DESCRIBED = encodeBackend({ type: 'RowDescription', fields: [FIELD] })
const BOUND = Buffer.concat([encodeBackend({ type: 'ParseComplete' }), encodeBackend({ type: 'BindComplete' })])
const COMPLETE = encodeBackend({ type: 'CommandComplete', commandTag: 'SELECT 4' })
const IDLE = encodeBackend({ type: 'ReadyForQuery', status: 'idle' })
const BLOCK = encodeBackend({ type: 'ReadyForQuery', status: 'block' })
const FAILED_BLOCK = encodeBackend({ type: 'ReadyForQuery', status: 'failed' })
const rows = (count: number): Uint8Array =>
  Buffer.concat(Array.from({ length: count }, () => encodeBackend({ type: 'DataRow', values: [Buffer.from('v')] })))
const error = (sqlState: string): Uint8Array =>
  encodeBackend({
    type: 'ErrorResponse',
    fields: [
      { code: 'S', value: 'ERROR' },
      { code: 'C', value: sqlState },
      { code: 'M', value: 'said the server' },
    ],
  })
const cancels = (stage: PostgresStage): number => stage.events.filter((event) => event === 'cancel').length

describe('a result within its limits', () => {
  it('passes as it is, and what waited behind it goes', async () => {
    const stage = setPostgresStage({ rows: 2 })
    stage.client(query('read'), query('read'))
    expect(sent(stage)).toBe('Query')
    stage.agent(DESCRIBED, rows(2), COMPLETE, IDLE)
    expect(await seen(stage)).toBe('T D D C Zidle')
    expect(sent(stage)).toBe('Query Query')
    expect(cancels(stage)).toBe(0)
  })
})

describe('a simple query that is too large', () => {
  it('ends in an error behind its last row, without a cancel when the server was done', async () => {
    const stage = setPostgresStage({ rows: 2 })
    stage.client(query('read'))
    stage.agent(DESCRIBED, rows(4), COMPLETE, IDLE)
    expect(await seen(stage)).toBe('T D D E54000 Zidle')
    expect([cancels(stage), sent(stage)]).toEqual([0, 'Query'])
  })

  it('is cancelled once when it goes on, and gets the same', async () => {
    const stage = setPostgresStage({ rows: 2 })
    stage.client(query('read'))
    stage.agent(DESCRIBED, rows(4))
    stage.agent(rows(3))
    await stage.disk.sync()
    expect(cancels(stage)).toBe(1)
    stage.agent(rows(3), error('57014'), IDLE)
    expect(await seen(stage)).toBe('T D D E54000 Zidle')
    expect([cancels(stage), sent(stage)]).toEqual([1, 'Query'])
  })

  it('fails the transaction that the server believes to be well, unseen', async () => {
    const stage = setPostgresStage({ rows: 2 })
    stage.client(query('read'), query('read'))
    stage.agent(DESCRIBED, rows(4), COMPLETE, BLOCK)
    expect(await seen(stage)).toBe('T D D E54000')
    expect(sent(stage)).toMatch(/^Query (Parse |Bind |Execute )+Sync Query$/)
    stage.agent(error('26000'), FAILED_BLOCK)
    expect(await seen(stage)).toBe('T D D E54000 Zfailed')
  })

  it('leaves a transaction alone that the cancel has failed', async () => {
    const stage = setPostgresStage({ rows: 2 })
    stage.client(query('read'))
    stage.agent(DESCRIBED, rows(4))
    await stage.disk.sync()
    stage.agent(error('57014'), FAILED_BLOCK)
    expect(await seen(stage)).toBe('T D D E54000 Zfailed')
    expect(sent(stage)).toBe('Query')
  })
})

describe('an Execute that is too large', () => {
  it('with its Sync behind it ends in an error, and nothing is failed behind a transaction that is over', async () => {
    const stage = setPostgresStage({ rows: 2 })
    stage.client(extended('read'), SYNC, extended('read'), SYNC)
    expect(sent(stage)).toBe('Parse Bind Execute Sync')
    stage.agent(BOUND, rows(4), COMPLETE, IDLE)
    expect(await seen(stage)).toBe('1 2 D D E54000 Zidle')
    expect(sent(stage)).toBe('Parse Bind Execute Sync Parse Bind Execute Sync')
  })

  it('is failed before its Sync when that has not been sent, and what lies between is passed over', async () => {
    const stage = setPostgresStage({ rows: 2 })
    stage.client(extended('read'))
    stage.agent(BOUND, rows(4), COMPLETE)
    expect(await seen(stage)).toBe('1 2 D D E54000')
    expect(sent(stage)).toMatch(/^Parse Bind Execute( Parse| Bind| Execute)+$/)
    stage.client(extended('read'), SYNC)
    stage.agent(error('26000'), IDLE)
    expect(await seen(stage)).toBe('1 2 D D E54000 Zidle')
    // What the server passes over is under no limit: the next statement is not held back by it.
    stage.client(query('read'))
    expect(sent(stage)).toMatch(/Sync Query$/)
  })

  it('behind a failure of its own segment waits for nothing', async () => {
    const stage = setPostgresStage({ rows: 2 })
    stage.client(extended('freeread'), extended('read'), SYNC, query('read'))
    stage.agent(BOUND, error('22012'), IDLE)
    expect(await seen(stage)).toBe('1 2 E22012 Zidle')
    expect(sent(stage)).toMatch(/Sync Query$/)
  })
})

describe('what a statement changed that shares the segment', () => {
  it('is not made to last by a Sync before the read behind it is answered', async () => {
    const stage = setPostgresStage({ rows: 2 })
    stage.client(extended('freewrite'))
    await stage.disk.sync()
    stage.client(extended('read'), SYNC)
    await stage.disk.sync()
    stage.agent(BOUND, COMPLETE, BOUND)
    expect(sent(stage)).not.toContain('Sync')
    stage.agent(rows(2), COMPLETE)
    await stage.disk.sync()
    expect(sent(stage)).toMatch(/Sync$/)
  })
})

describe('a change whose rows are too many', () => {
  it('completes with its rows cut, and a warning', async () => {
    const stage = setPostgresStage({ rows: 2 })
    stage.client(query('write'))
    await stage.disk.sync()
    stage.agent(DESCRIBED, rows(4), COMPLETE, IDLE)
    expect(await seen(stage)).toBe('T D D N01000 C Zidle')
    expect([cancels(stage), sent(stage)]).toEqual([0, 'Query'])
  })
})

describe('a statement whose time is up', () => {
  it('is cancelled, and the error of the server becomes that of the limit', async () => {
    const stage = setPostgresStage({ timeoutMs: 300 })
    stage.client(query('read'), query('read'))
    stage.timeUp()
    expect(cancels(stage)).toBe(1)
    expect(sent(stage)).toBe('Query')
    stage.agent(error('57014'), IDLE)
    expect(await seen(stage)).toBe('E57014 Zidle')
    expect(Buffer.concat(stage.toClient).toString()).toContain('300 ms')
    expect(sent(stage)).toBe('Query Query')
  })

  it('is done when it was done all the same, and keeps an error of its own', async () => {
    for (const [answer, expected] of [
      [[DESCRIBED, rows(1), COMPLETE], 'T D C Zidle'],
      [[error('22012')], 'E22012 Zidle'],
    ] as const) {
      const stage = setPostgresStage({ timeoutMs: 300 })
      stage.client(query('read'))
      stage.timeUp()
      stage.agent(...answer, IDLE)
      expect(await seen(stage)).toBe(expected)
    }
  })

  it('is not begun to be counted before the server has done with what was sent before', async () => {
    const stage = setPostgresStage({ timeoutMs: 300 })
    stage.client(query('freeread'), query('read'))
    stage.timeUp()
    expect(cancels(stage)).toBe(0)
    stage.agent(COMPLETE, IDLE)
    await stage.disk.sync()
    stage.timeUp()
    expect(cancels(stage)).toBe(1)
  })

  it('reads no more of a COPY, which takes no notice of a cancel', async () => {
    const stage = setPostgresStage({ timeoutMs: 300 })
    stage.client(query('copywrite'))
    await stage.disk.sync()
    stage.agent(encodeBackend({ type: 'CopyInResponse', format: 0, columnFormats: [0] }))
    await stage.disk.sync()
    stage.timeUp()
    expect(sent(stage)).toBe('Query CopyFail')
    stage.agent(error('57014'), IDLE)
    expect(await seen(stage)).toMatch(/E57014 Zidle$/)
  })

  it('ends its session when it does not end in its grace', () => {
    const stage = setPostgresStage({ timeoutMs: 300 })
    stage.client(query('read'))
    stage.timeUp()
    stage.timeUp()
    expect(stage.events).toContain('overdue')
  })
})

it('a client that leaves, and one that asks for a Flush, need not wait for what is under a limit', () => {
  const stage = setPostgresStage({ rows: 2 })
  stage.client(query('read'), encodeFrontend({ type: 'Flush' }), encodeFrontend({ type: 'Terminate' }))
  expect(sent(stage)).toBe('Query Flush Terminate')
  expect(stage.failures).toEqual([])
})
