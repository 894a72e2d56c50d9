import { encodePackets, type BackendMessage } from '@sallyport/mysql-wire'
import { describe, expect, it } from 'vitest'
import { OK, reply, setMysqlStage, type MysqlStage } from '../testdata/mysql-stage.ts'

type OkReply = Extract<BackendMessage, { readonly type: 'OK' }>

const READ = 'SELECT a FROM t'
const WRITE = 'DELETE FROM t RETURNING a'
const MORE_RESULTS = 8

function stageWith(limited: NonNullable<Parameters<typeof setMysqlStage>[0]>['limited']): MysqlStage {
  return setMysqlStage({ limited: limited ?? {} })
}

/** Column count and definition, from an id on. */
function columns(sequence: number): Uint8Array {
  return Buffer.concat([
    reply({ type: 'ColumnCount', columns: 1, metadataFollows: true }, sequence),
    reply(
      {
        type: 'ColumnDefinition',
        catalog: 'def',
        schema: '',
        table: '',
        orgTable: '',
        name: 'x',
        orgName: '',
        extended: new Uint8Array(),
        characterSet: 45,
        columnLength: 4,
        columnType: 253,
        flags: 0,
        decimals: 0,
        defaultValue: undefined,
      },
      sequence + 1,
    ),
  ])
}

function rows(count: number, from: number): Uint8Array {
  return Buffer.concat(Array.from({ length: count }, (_, index) => encodePackets(Buffer.from('\u0001v'), from + index)))
}

function end(sequence: number, more = false): Uint8Array {
  const status = more ? OK_STATUS | MORE_RESULTS : OK_STATUS
  return reply({ ...(OK as OkReply), end: true, status }, sequence)
}

function error(errorCode: number, sequence: number): Uint8Array {
  return reply({ type: 'ERR', errorCode, sqlState: 'HY000', message: 'said the server' }, sequence)
}

/** A result of so many rows, whole. */
function result(count: number, from = 1, more = false): Uint8Array {
  return Buffer.concat([columns(from), rows(count, from + 2), end(from + 2 + count, more)])
}

async function seen(stage: MysqlStage): Promise<readonly string[]> {
  await stage.disk.sync()
  return stage.read()
}

const OK_STATUS = 2
const TOO_MANY = (sequence: number): unknown =>
  expect.stringMatching(new RegExp(`^${sequence} ERR 1104 .*more than 2 rows`))

describe('a result within its limits', () => {
  it('passes as it is, and what waited behind it goes', async () => {
    const stage = stageWith({ rows: 2 })
    stage.client(READ, 'SELECT 1')
    expect(stage.sent()).not.toContain('SELECT 1')
    stage.agent(result(2))
    expect(await seen(stage)).toEqual(['1 row', '2 row', '3 row', '4 row', '5 row'])
    expect(stage.sent()).toContain('SELECT 1')
    expect(stage.events).not.toContain('cancel')
  })
})

describe('a read that is too large', () => {
  it('ends in an ERR behind its last row, without a cancel when the server was done', async () => {
    const stage = stageWith({ rows: 2 })
    stage.client(READ)
    stage.agent(result(4))
    expect(await seen(stage)).toEqual(['1 row', '2 row', '3 row', '4 row', TOO_MANY(5)])
    expect(stage.events).not.toContain('cancel')
  })

  it('is cancelled once when it goes on, and the error of the server becomes that of the limit', async () => {
    const stage = stageWith({ rows: 2 })
    stage.client(READ, 'SELECT 1')
    stage.agent(columns(1), rows(4, 3))
    await seen(stage)
    expect(stage.events.filter((event) => event === 'cancel')).toHaveLength(1)
    stage.agent(rows(3, 7))
    expect(stage.sent()).not.toContain('SELECT 1')
    stage.agent(error(1317, 10))
    expect(await seen(stage)).toEqual(['1 row', '2 row', '3 row', '4 row', TOO_MANY(5)])
    expect(stage.events.filter((event) => event === 'cancel')).toHaveLength(1)
    expect(stage.sent()).toContain('SELECT 1')
  })

  it('gets the same when the server was done although it was cancelled', async () => {
    const stage = stageWith({ rows: 2 })
    stage.client(READ)
    stage.agent(columns(1), rows(4, 3))
    await seen(stage)
    stage.agent(rows(1, 7), end(8))
    expect(await seen(stage)).toEqual(['1 row', '2 row', '3 row', '4 row', TOO_MANY(5)])
  })

  it('takes with it whatever results follow of its text', async () => {
    const stage = stageWith({ rows: 2 })
    stage.client(`${READ}; ${READ}; ${READ}`, 'SELECT 1')
    stage.agent(result(1, 1, true), result(3, 5, true))
    expect(stage.sent()).not.toContain('SELECT 1')
    stage.agent(result(9, 11))
    expect(await seen(stage)).toEqual([
      '1 row',
      '2 row',
      '3 row',
      '4 row',
      '5 row',
      '6 row',
      '7 row',
      '8 row',
      TOO_MANY(9),
    ])
    expect(stage.sent()).toContain('SELECT 1')
  })

  it('leaves the next command with limits of its own', async () => {
    const stage = stageWith({ rows: 2 })
    stage.client(READ, READ)
    stage.agent(result(4))
    await seen(stage)
    stage.agent(result(2))
    expect((await seen(stage)).slice(5)).toEqual(['1 row', '2 row', '3 row', '4 row', '5 row'])
  })

  it('is counted in bytes as well', async () => {
    const stage = stageWith({ bytes: 13 })
    stage.client(READ)
    stage.agent(result(3))
    expect(await seen(stage)).toEqual([
      '1 row',
      '2 row',
      '3 row',
      '4 row',
      expect.stringMatching(/^5 ERR 1104 .*13 bytes/),
    ])
  })
})

describe('a change whose rows are too many', () => {
  it('completes with its rows cut, numbered as if there were no more', async () => {
    const stage = stageWith({ rows: 2 })
    stage.client(WRITE)
    await stage.disk.sync()
    stage.agent(result(5))
    expect(await seen(stage)).toEqual(['1 row', '2 row', '3 row', '4 row', '5 row'])
    expect(stage.events).not.toContain('cancel')
    const outcome = stage.disk.appended.find(({ type }) => type === 'statement-outcome')
    expect(outcome).toMatchObject({ outcome: 'completed', rows: 2, limit: { kind: 'rows', maximum: 2 } })
  })

  it('goes on to its next result, which has the limit to itself', async () => {
    const stage = stageWith({ rows: 2 })
    stage.client(`${WRITE}; ${WRITE}`)
    await stage.disk.sync()
    stage.agent(result(3, 1, true), result(4, 7))
    // Column count, definition, two rows and an end, twice, without a gap.
    expect(await seen(stage)).toEqual(Array.from({ length: 10 }, (_, index) => `${index + 1} row`))
  })

  it('fails with the error of the server, numbered behind what passed', async () => {
    const stage = stageWith({ rows: 2 })
    stage.client(WRITE)
    await stage.disk.sync()
    stage.agent(columns(1), rows(4, 3), error(1205, 7))
    expect((await seen(stage)).at(-1)).toBe('5 ERR 1205 said the server')
  })
})

describe('a statement whose time is up', () => {
  it.each([1317, 3024, 1969])(
    'is cancelled, and the error %i of the server becomes that of the limit',
    async (code) => {
      const stage = stageWith({ timeoutMs: 300 })
      stage.client(READ, 'SELECT 1')
      stage.timeUp()
      expect(stage.events).toContain('cancel')
      stage.agent(error(code, 1))
      expect(await seen(stage)).toEqual([expect.stringMatching(/^1 ERR 1317 .*300 ms/)])
      expect(stage.sent()).toContain('SELECT 1')
    },
  )

  it('is done when it was done all the same', async () => {
    const stage = stageWith({ timeoutMs: 300 })
    stage.client(READ)
    stage.timeUp()
    stage.agent(result(1))
    expect(await seen(stage)).toEqual(['1 row', '2 row', '3 row', '4 row'])
  })

  it('keeps an error of its own', async () => {
    const stage = stageWith({ timeoutMs: 300 })
    stage.client(READ)
    stage.timeUp()
    stage.agent(error(1205, 1))
    expect(await seen(stage)).toEqual(['1 ERR 1205 said the server'])
  })

  it('is not begun to be counted before it is its turn', async () => {
    const stage = stageWith({ timeoutMs: 300 })
    stage.client('SELECT 1', READ)
    stage.timeUp()
    expect(stage.events).not.toContain('cancel')
    stage.agent(result(1))
    await seen(stage)
    stage.timeUp()
    expect(stage.events).toContain('cancel')
  })

  it('ends its session when it does not end in its grace', async () => {
    const stage = stageWith({ timeoutMs: 300 })
    stage.client(READ)
    stage.timeUp()
    stage.timeUp()
    expect(stage.events).toContain('overdue')
  })

  it('has as much grace again for as long as rows come', async () => {
    const stage = stageWith({ rows: 2 })
    stage.client(READ)
    stage.agent(columns(1), rows(4, 3))
    await seen(stage)
    stage.agent(rows(2, 7))
    stage.timeUp()
    expect(stage.events).not.toContain('overdue')
    stage.timeUp()
    expect(stage.events).toContain('overdue')
  })
})

it('a client that leaves need not wait for what is under a limit', () => {
  const stage = stageWith({ rows: 2 })
  stage.client(READ, { type: 'COM_QUIT' })
  expect(stage.sent()).toContain('\u0001')
  expect(stage.failures).toEqual([])
})
