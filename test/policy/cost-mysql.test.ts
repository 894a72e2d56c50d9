import { createConnection, type Connection } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  mysqlFlavours,
  readAudit,
  startMysqlServer,
  startSallyport,
  type TestMysql,
  type TestSallyport,
} from '../support/index.ts'

const RULES = {
  anything: [
    {
      id: 'anything',
      allow: { effects: ['read', 'write', 'ddl', 'session', 'transaction', 'procedural', 'unknown', 'file', 'admin'] },
    },
  ],
  cheap: [{ id: 'expensive', deny: { cost: 1000 } }],
  asking: [{ id: 'expensive-write', approve: { effects: ['write'], cost: 1000 } }],
  masked: [{ id: 'expensive', deny: { cost: 1 } }],
  watching: [{ id: 'expensive', deny: { cost: 1000 }, observe: true }],
} as const

describe.each(mysqlFlavours())('on %s', (flavour) => {
  let server: TestMysql
  let sallyport: TestSallyport
  let client: Connection
  const open: Connection[] = []

  beforeAll(async () => {
    server = await startMysqlServer(flavour, { settings: { 'log-bin-trust-function-creators': 'ON' } })
    await server.query(`CREATE TABLE digits (d int);
      INSERT INTO digits VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9);
      CREATE TABLE big (id int PRIMARY KEY, note varchar(40), k int, KEY (k));
      INSERT INTO big SELECT n, concat('note ', n), n % 100
        FROM (SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d n FROM digits a, digits b, digits c, digits e) q;
      CREATE TABLE small (id int PRIMARY KEY, ssn varchar(20));
      INSERT INTO small VALUES (1, '123-45-6789');
      CREATE TABLE log (a int);
      CREATE TABLE numbered (id int AUTO_INCREMENT PRIMARY KEY, a int);
      CREATE FUNCTION noted(x int) RETURNS int DETERMINISTIC MODIFIES SQL DATA BEGIN INSERT INTO log VALUES (x); RETURN x; END;
      ANALYZE TABLE big, small, digits`)
    await server.query('CREATE VIEW slow AS SELECT count(*) n FROM big a, big b WHERE a.note < b.note')
    sallyport = await startSallyport({
      gateway: { limits: { estimate_timeout: '2s' } },
      connections: (['cheap', 'asking', 'masked', 'watching'] as const).map((name) => ({
        name,
        engine: 'mysql' as const,
        target: { host: server.host, port: server.port, database: server.database },
        user: server.user,
        password: server.password,
        guardrails: ['anything', name],
        ...(name === 'masked' ? { columns: [{ match: '*.small.ssn', strategy: 'redact' }] } : {}),
      })),
      guardrails: RULES,
    })
    client = await connect('cheap')
  })

  afterAll(async () => {
    for (const connection of open) connection.destroy()
    await sallyport?.stop()
    await server?.stop()
  })

  const connect = async (user: keyof typeof RULES): Promise<Connection> => {
    const connection = await createConnection({
      host: sallyport.host,
      port: sallyport.mysqlPort,
      user,
      password: sallyport.token,
      database: server.database,
      multipleStatements: true,
      authPlugins: { mysql_clear_password: () => () => Buffer.from(`${sallyport.token}\0`) },
    })
    open.push(connection)
    return connection
  }
  const rows = async (text: string, values?: readonly unknown[]): Promise<unknown> =>
    (values === undefined ? await client.query(text) : await client.execute(text, values as never))[0]
  const refusal = async (query: Promise<unknown>): Promise<{ readonly errno: number; readonly message: string }> =>
    query.then(
      () => {
        throw new Error('it ran')
      },
      (error: unknown) => error as { readonly errno: number; readonly message: string },
    )
  const refused = (text: string): Promise<{ readonly errno: number; readonly message: string }> =>
    refusal(client.query(text))

  test('a statement above the cost is refused with rule and hint, and one below it runs', async () => {
    expect(await refused('SELECT * FROM big a JOIN big b USING (note)')).toMatchObject({
      errno: 1142,
      message: expect.stringMatching(
        /does not allow a statement that costs more than 1000 by the planner's estimate.*rule expensive.*Ask for less/s,
      ),
    })
    expect(await rows('SELECT note FROM big WHERE id = 7')).toEqual([{ note: 'note 7' }])
    expect(await rows('SELECT count(note) n FROM big WHERE k = 3')).toEqual([{ n: 100 }])
  })

  test('a prepared statement costs what its values make of it, each time that it runs', async () => {
    const text = 'SELECT count(note) n FROM big WHERE id < ?'
    expect(await rows(text, [10])).toEqual([{ n: 10 }])
    expect(await refusal(client.execute(text, [9000]))).toMatchObject({ errno: 1142 })
    expect(await rows(text, [5])).toEqual([{ n: 5 }])
    expect(await rows('SELECT ? a, note FROM big WHERE id = ? AND note LIKE ?', [null, 3, 'note%'])).toEqual([
      { a: null, note: 'note 3' },
    ])
  })

  test.each<readonly [string, string]>([
    ['a write', 'UPDATE big SET note = note'],
    ['a write without a WHERE', 'DELETE FROM big'],
    ['a write of several tables', 'UPDATE big, small SET big.note = small.ssn WHERE big.k <> small.id'],
    ['a copy', 'INSERT INTO log SELECT k FROM big'],
    ['a union', 'SELECT id FROM big WHERE id = 1 UNION ALL SELECT id FROM big'],
    ['in a derived table', 'SELECT * FROM (SELECT note, count(*) c FROM big GROUP BY note) q WHERE c > 1'],
    ['in a select list', 'SELECT (SELECT count(*) FROM big b WHERE b.note = small.ssn) FROM small'],
    ['for each row of another', 'SELECT id, (SELECT count(*) FROM big b WHERE b.k = a.k) FROM big a WHERE a.k = 1'],
    ['in a row of VALUES', 'INSERT INTO log VALUES ((SELECT count(*) FROM big a, big b))'],
    [
      'a recursive one',
      'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900) SELECT * FROM n',
    ],
    ['explained with ANALYZE', `${flavour === 'mysql' ? 'EXPLAIN ANALYZE' : 'ANALYZE'} SELECT * FROM big`],
    ['second in its text', 'SELECT 1; SELECT * FROM big'],
    ['behind a limit that counts', 'SELECT SQL_CALC_FOUND_ROWS * FROM big LIMIT 3'],
    ['in DO', 'DO (SELECT count(*) FROM big a, big b)'],
    ['in SET', 'SET @n = (SELECT count(*) FROM big a, big b)'],
    ['in SHOW', 'SHOW TABLES WHERE (SELECT count(*) FROM big a, big b) > 1'],
    ['in SHOW of the table itself', 'SHOW COLUMNS FROM big WHERE (SELECT count(*) FROM big a, big b) > 1'],
    ['prepared in SQL', "PREPARE p FROM 'SELECT * FROM big'; EXECUTE p"],
    ['stored', 'CREATE TABLE copied AS SELECT * FROM big'],
    ...(flavour === 'mariadb'
      ? ([
          ['with settings of its own', 'SET STATEMENT max_statement_time = 9 FOR SELECT * FROM big'],
          ['in a block', 'BEGIN NOT ATOMIC SELECT * FROM big; END'],
          ['given as text', "EXECUTE IMMEDIATE 'SELECT * FROM big'"],
        ] as const)
      : []),
  ])('one that is dear is refused also when it is %s', async (_how, text) => {
    const before = await server.query('SELECT (SELECT count(*) FROM log) logged, (SELECT count(*) FROM big) big')
    expect(await refused(text)).toMatchObject({ errno: 1142, message: expect.stringContaining('rule expensive') })
    expect(await server.query('SELECT (SELECT count(*) FROM log) logged, (SELECT count(*) FROM big) big')).toEqual(
      before,
    )
  })

  test.each([
    ['SELECT 1 + 1', 1],
    ['SELECT note FROM big LIMIT 10', 10],
    ['SELECT note FROM big LIMIT 5 OFFSET 20', 5],
    ['SELECT note FROM big ORDER BY id LIMIT 3', 3],
    [`${flavour === 'mysql' ? 'EXPLAIN FORMAT=TRADITIONAL' : 'EXPLAIN'} SELECT * FROM big a, big b`, 2],
    ['SHOW TABLES', 6],
    ['SHOW COLUMNS FROM big', 3],
    ["SHOW COLUMNS FROM big WHERE Field = 'k' OR Type LIKE 'varchar%'", 2],
    ['SELECT schema_name FROM information_schema.schemata WHERE schema_name = database()', 1],
    ['/* why */ SELECT /* not */ note FROM big WHERE id IN (1, 2) -- done', 2],
  ])('one that is cheap runs: %s', async (text, expected) => {
    expect(await rows(text)).toHaveLength(expected)
  })

  test('nothing runs of what is refused, nor of what planning would run', async () => {
    for (const text of [
      'SELECT * FROM big WHERE id = noted(1)',
      'SELECT * FROM (SELECT noted(2) a) q, big',
      'SELECT * FROM big WHERE id = (@x := 5)',
      "SELECT * FROM big WHERE id = get_lock('l', 0)",
      'SELECT * FROM big WHERE id = last_insert_id(7)',
      'SELECT * FROM big, (SELECT sleep(100) a) q',
      'SELECT * FROM big WHERE id = benchmark(1000000000, sha1(1))',
      'INSERT INTO log SELECT row_count() FROM small',
    ]) {
      expect(await refused(text)).toMatchObject({ errno: 1142, message: expect.stringContaining('planning') })
    }
    expect(await server.query('SELECT * FROM log')).toEqual([])
    expect(await rows("SELECT @x x, is_free_lock('l') free, last_insert_id() id")).toMatchObject([
      { x: null, free: 1, id: 0 },
    ])
  })

  test('a query inside that gives one row is not run to plan what is around it', async () => {
    const text = 'SELECT note FROM big WHERE id = (SELECT min(id) FROM small WHERE ssn > ?)'
    const answer = await client.execute(text, ['1']).then(
      ([found]): unknown => found,
      ({ message }: Error) => message,
    )
    const expected = { mysql: expect.stringContaining('gives one row'), mariadb: [{ note: 'note 1' }] }
    expect(answer).toEqual(expected[flavour])
  })

  test('planning ends in its time, also when a view hides what it runs', async () => {
    const { message } = await refused('SELECT * FROM slow')
    expect(message).toContain({ mysql: 'limits.estimate_timeout', mariadb: 'costs more than 1000' }[flavour])
    expect(await rows('SELECT 1 AS one')).toEqual([{ one: 1 }])
    expect((await server.sessions()).filter(({ info }) => info?.includes('slow') === true)).toEqual([])
  })

  test('what runs before it in a pipeline is not ended when planning has waited too long', async () => {
    const answers = await Promise.all(
      ['SELECT sleep(3) s', 'SELECT note FROM big WHERE id = 7', 'SELECT note s FROM big WHERE id = 8'].map((text) =>
        client.query(text).then(
          ([found]) => JSON.stringify(found),
          ({ message }: Error) => message,
        ),
      ),
    )
    expect(answers).toEqual(['[{"s":0}]', expect.stringMatching(/estimate_timeout|note 7/), '[{"s":"note 8"}]'])
  })

  test('a transaction goes on behind a refusal, and sees its own tables', async () => {
    await client.query('BEGIN')
    await client.query('CREATE TEMPORARY TABLE mine (a int)')
    await client.query('INSERT INTO mine VALUES (1), (2)')
    expect(await refused('SELECT * FROM big')).toMatchObject({ errno: 1142 })
    expect(await rows('SELECT a FROM mine')).toEqual([{ a: 1 }, { a: 2 }])
    await client.query('INSERT INTO log VALUES (42)')
    await client.query('ROLLBACK')
    expect(await rows('SELECT * FROM log')).toEqual([])
  })

  test('what a statement leaves behind for the next is still there', async () => {
    await client.query('INSERT INTO numbered (a) VALUES (1), (2)')
    await client.query('UPDATE numbered SET a = 5 WHERE id = 1')
    expect(await rows('SELECT row_count() changed, last_insert_id() id')).toEqual([{ changed: 1, id: 1 }])
    await client.query("UPDATE numbered SET a = '7x' + 0 WHERE id = 2").catch(() => undefined)
    expect(await rows("SELECT CAST('abc' AS SIGNED) n FROM numbered WHERE id = 1")).toEqual([{ n: 0 }])
    expect(await rows('SHOW WARNINGS')).toMatchObject([{ Message: expect.stringContaining("'abc'") }])
    await client.query('DELETE FROM numbered WHERE id < 100')
  })

  test('a refusal leaves no warnings, which would quote rows that were read to plan', async () => {
    for (const text of [
      'SELECT * FROM small, big WHERE small.id = 1',
      'SELECT * FROM small, big WHERE small.id = 1 AND ssn + 1 <> 5',
    ]) {
      expect(await refused(text)).toMatchObject({ errno: 1142 })
      expect(await rows('SHOW WARNINGS')).toEqual([])
    }
  })

  test('a statement that cannot be planned is refused with the reason, and the session goes on', async () => {
    expect(await refused('SELECT * FROM nowhere')).toMatchObject({
      errno: 1142,
      message: expect.stringContaining("nowhere' doesn't exist"),
    })
    expect(await refusal(client.execute('SELECT * FROM big WHERE id = ? AND nothing = 2', [1]))).toMatchObject({
      errno: 1054,
    })
    expect(await rows('SELECT 1 AS one')).toEqual([{ one: 1 }])
  })

  test('the planner tells no value that is masked', async () => {
    const masked = await connect('masked')
    const text = "SELECT * FROM small WHERE id = 1 AND extractvalue('<a/>', concat('~', ssn)) = '1'"
    const { message } = await refusal(masked.query(text))
    expect(message).not.toContain('123-45')
    expect((await masked.query('SHOW WARNINGS'))[0]).toEqual([])
  })

  test.each([
    "SET optimizer_switch = 'index_merge=off'",
    'SET SESSION optimizer_search_depth = 0',
    'SET eq_range_index_dive_limit = 1',
  ])('a session cannot talk the planner into another estimate: %s', async (text) => {
    expect(await refused(text)).toMatchObject({ errno: 1142 })
  })

  test('commands in a pipeline are answered in their order', async () => {
    const answers = await Promise.all(
      [
        'SELECT note v FROM big WHERE id = 1',
        'SELECT note v FROM big',
        'SELECT note v FROM big WHERE id = 2',
        'SELECT 3 v',
        'SELECT * FROM nowhere',
        'SELECT note v FROM big WHERE id = 4',
      ].map((text) =>
        client.query(text).then(
          ([found]) => (found as unknown as readonly { readonly v: unknown }[])[0]?.v,
          (error: unknown) => (error as { readonly errno: number }).errno,
        ),
      ),
    )
    expect(answers).toEqual(['note 1', 1142, 'note 2', 3, 1142, 'note 4'])
  })

  test('a cost above the limit can ask for an approval', async () => {
    const asking = await connect('asking')
    expect((await asking.query('SELECT count(*) n FROM big'))[0]).toEqual([{ n: 10_000 }])
    const { message } = await refusal(asking.query('DELETE FROM big'))
    expect(message).toContain('expensive-write')
  })

  test('a rule that observes lets pass and is recorded, with what the planner said', async () => {
    const watching = await connect('watching')
    await watching.query('SELECT count(note) FROM big')
    await watching.end()
    const records = (await readAudit(sallyport.auditDirectory)).filter(
      ({ type, text }) => type === 'statement-verdict' && text === 'SELECT count(note) FROM big',
    )
    expect(records).toMatchObject([
      { phase: 'estimate', action: 'allow' },
      {
        phase: 'query',
        action: 'allow',
        rules: expect.arrayContaining([expect.objectContaining({ rule: 'expensive', observed: true })]),
        estimates: [{ statement: 0, cost: expect.any(Number) }],
      },
    ])
  })
})
