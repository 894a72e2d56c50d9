import { encodePackets } from '@sallyport/mysql-wire'
import { describe, expect, it } from 'vitest'
import { OK, reply, setMysqlStage } from '../testdata/mysql-stage.ts'

const ROWS = Buffer.concat([
  reply({ type: 'ColumnCount', columns: 1, metadataFollows: true }, 1),
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
    2,
  ),
  encodePackets(Buffer.from('\u0001v'), 3),
  reply({ ...OK, type: 'OK', end: true } as Parameters<typeof reply>[0], 4),
])
const SEEN = ['1 row', '2 row', '3 row', '4 row']
const outcomes = (stage: ReturnType<typeof setMysqlStage>): readonly unknown[] =>
  stage.disk.appended.flatMap((event) =>
    event.type === 'statement-outcome' ? [[event.outcome, event.rows, event.sqlState]] : [],
  )

describe('the order of a statement', () => {
  it('a read is forwarded once its record is written, and its rows leave once the record is durable', async () => {
    const stage = setMysqlStage()
    stage.client('SELECT 1')
    expect(stage.events).toEqual(['append', 'flush', 'forward'])
    stage.agent(ROWS)
    expect(stage.read()).toEqual([])
    await stage.disk.sync()
    expect(stage.read()).toHaveLength(4)
    expect(outcomes(stage)).toEqual([['completed', 1, undefined]])
  })

  it('what can change something is forwarded only when its record is durable, and holds back what follows', async () => {
    const stage = setMysqlStage()
    stage.client('DELETE FROM t WHERE id = 1', 'SELECT 1')
    expect(stage.events).toEqual(['append', 'flush'])
    await stage.disk.sync()
    expect(stage.sent()).toMatch(/DELETE.*SELECT/s)
  })

  it('a statement whose record cannot be written is refused and not forwarded', () => {
    const stage = setMysqlStage()
    stage.disk.broken = true
    stage.client('SELECT 1')
    expect(stage.toAgent).toEqual([])
    expect(stage.read()[0]).toMatch(/^1 ERR 1026 /)
  })

  it('a disk that fails before a result is durable ends the session, and no row leaves', async () => {
    const stage = setMysqlStage()
    stage.client('SELECT 1')
    stage.agent(ROWS)
    await stage.disk.fail()
    expect(stage.read()).toEqual([])
    expect(stage.failures).toHaveLength(1)
  })
})

describe('a refusal', () => {
  it('is an ERR 1142 with rule and hint, and nothing is sent', () => {
    const stage = setMysqlStage()
    stage.client('DROP TABLE t')
    expect(stage.toAgent).toEqual([])
    expect(stage.read()).toEqual(['1 ERR 1142 not allowed. Refused by Sallyport, rule no-drop. Keep it.'])
  })

  it('keeps its place among the replies of a pipeline', async () => {
    const stage = setMysqlStage()
    stage.client('SELECT 1', 'DROP TABLE t', 'SELECT 2', { type: 'COM_PING' })
    expect(stage.sent()).not.toContain('DROP')
    stage.agent(ROWS, ROWS, reply(OK))
    await stage.disk.sync()
    expect(stage.read().map((line) => line.slice(0, 10))).toEqual([...SEEN, '1 ERR 1142', ...SEEN, '1 OK'])
  })

  it('meets a text as a whole: all of its statements run, or none', () => {
    const stage = setMysqlStage()
    stage.client('SELECT 1; DROP TABLE t')
    expect(stage.toAgent).toEqual([])
    expect(stage.read()[0]).toContain('ERR 1142')
  })

  it('meets several statements in a session that did not ask for them', () => {
    const stage = setMysqlStage({ multi: false })
    stage.client('SELECT 1; SELECT 2', { type: 'COM_SET_OPTION', option: 0 }, 'SELECT 1; SELECT 2')
    expect(stage.read()[0]).toContain('1 ERR 1064')
    expect(stage.sent()).toContain('SELECT 1; SELECT 2')
  })

  it('meets the statement that a command stands for', () => {
    const stage = setMysqlStage()
    stage.client({ type: 'COM_STMT_PREPARE', query: Buffer.from('DROP TABLE t') })
    // COM_BINLOG_DUMP
    stage.client(encodePackets(Uint8Array.of(0x12, 4, 0, 0, 0, 0, 0, 1, 0, 0, 0), 0))
    expect(stage.toAgent).toEqual([])
    expect(stage.read().map((line) => line.slice(0, 10))).toEqual(['1 ERR 1142', '1 ERR 1047'])
  })
})

describe('the settings of a session', () => {
  it('a text waits for the reply to what may change its meaning, and is read as the server will', async () => {
    const stage = setMysqlStage()
    stage.client("SET sql_mode = 'ANSI_QUOTES'", 'SELECT "a; DROP TABLE t" FROM t')
    expect(stage.sent()).not.toContain('FROM t')
    stage.agent(reply(OK))
    await stage.disk.sync()
    expect(stage.sent()).toContain('FROM t')
    expect(stage.disk.appended.at(-1)).toMatchObject({ type: 'statement-verdict', action: 'allow' })
  })

  it('a statement that failed has changed nothing', async () => {
    const stage = setMysqlStage()
    stage.client("SET sql_mode = 'ANSI_QUOTES'")
    stage.agent(reply({ type: 'ERR', errorCode: 1193, sqlState: 'HY000', message: 'no' }))
    await stage.disk.sync()
    // A string, and not a name, ends at its quote.
    stage.client('SELECT "a" "b"')
    expect(stage.sent()).toContain('"b"')
    expect(outcomes(stage)).toEqual([['failed', 0, 'HY000']])
  })
})

describe('KILL', () => {
  it('is done here for a session of the same user, and reaches no other', async () => {
    const stage = setMysqlStage()
    stage.client('KILL QUERY 7', { type: 'COM_PROCESS_KILL', connectionId: 7 }, 'KILL 8', 'SELECT 1; KILL 7')
    await stage.disk.sync()
    expect(stage.kills).toEqual(['query', 'connection'])
    expect(stage.toAgent).toEqual([])
    expect(stage.read().map((line) => line.slice(0, 10))).toEqual(['1 OK', '1 OK', '1 ERR 1094', '1 ERR 1295'])
  })

  it('cannot hide in a prepared statement', () => {
    const stage = setMysqlStage()
    stage.client({ type: 'COM_STMT_PREPARE', query: Buffer.from('KILL 8') }, "PREPARE k FROM 'KILL 8'")
    expect(stage.toAgent).toEqual([])
    expect(stage.read().map((line) => line.slice(0, 10))).toEqual(['1 ERR 1295', '1 ERR 1295'])
  })
})

it('an execution of a statement that nobody prepared is an ERR 1243', () => {
  const stage = setMysqlStage()
  const statementId = 3
  stage.client({ type: 'COM_STMT_RESET', statementId }, { type: 'COM_STMT_CLOSE', statementId }, 'SELECT 1')
  expect(stage.read()).toEqual(['1 ERR 1243 Unknown prepared statement handler (3) given to mysqld_stmt_reset'])
  expect(stage.sent()).toContain('SELECT 1')
})

it('a file leaves the client only if its statement names it', async () => {
  const stage = setMysqlStage()
  stage.client("LOAD DATA LOCAL INFILE 'a.csv' INTO TABLE t")
  await stage.disk.sync()
  stage.agent(reply({ type: 'LocalInfileRequest', path: 'b.csv' }))
  expect(stage.failures).toHaveLength(1)
})

it.each(["ALTER USER a IDENTIFIED BY 'hunter2'", "PREPARE s FROM 'ALTER USER a IDENTIFIED BY ''hunter2'''"])(
  'a password is not recorded: %s',
  (text) => {
    const stage = setMysqlStage()
    stage.client(text)
    expect(stage.disk.appended.some(({ type }) => type === 'statement-verdict')).toBe(true)
    expect(JSON.stringify(stage.disk.appended)).not.toContain('hunter2')
  },
)

it('a mode that the text does not tell is asked for, and nothing is read before the answer', async () => {
  const stage = setMysqlStage()
  stage.client('SET sql_mode = @old', 'SELECT "a; DROP TABLE t" FROM t')
  stage.agent(reply(OK))
  await stage.disk.sync()
  expect(stage.sent()).toContain('SELECT @@session.sql_mode')
  expect(stage.sent()).not.toContain('FROM t')
  const text = (value: string): Buffer => Buffer.concat([Buffer.of(value.length), Buffer.from(value)])
  const [count, definition] = [ROWS.subarray(0, 5), ROWS.subarray(5, ROWS.indexOf(Buffer.from('\u0001v')) - 4)]
  stage.agent(
    Buffer.from(count).fill(2, 4, 5),
    definition,
    Buffer.from(definition).fill(3, 3, 4),
    encodePackets(Buffer.concat([text('ANSI_QUOTES'), text('utf8mb4')]), 4),
    reply({ ...OK, type: 'OK', end: true } as Parameters<typeof reply>[0], 5),
  )
  await stage.disk.sync()
  expect(stage.failures).toEqual([])
  expect(stage.sent()).toContain('FROM t')
  // The client sees nothing of the question.
  expect(stage.read()).toEqual(['1 OK'])
})
