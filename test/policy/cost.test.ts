import { noticeField, type FrontendMessage } from '@sallyport/pg-wire'
import * as fc from 'fast-check'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  openWire,
  readAudit,
  startPostgres,
  startSallyport,
  type TestConnection,
  type TestPostgres,
  type TestSallyport,
} from '../support/index.ts'

let postgres: TestPostgres
let sallyport: TestSallyport
let client: Client

beforeAll(async () => {
  postgres = await startPostgres()
  await postgres.query(`CREATE TABLE big (id int PRIMARY KEY, note text);
    INSERT INTO big SELECT i, 'note ' || i FROM generate_series(1, 20000) i;
    CREATE TABLE small (id int PRIMARY KEY, ssn text);
    INSERT INTO small VALUES (1, '123-45-6789');
    ANALYZE`)
  const behind = (name: string): TestConnection => ({
    name,
    target: { host: postgres.host, port: postgres.port, database: 'postgres' },
    user: postgres.user,
    password: postgres.password,
    guardrails: ['anything', name],
    ...(name === 'masked' ? { columns: [{ match: '*.small.ssn', strategy: 'redact' }] } : {}),
  })
  sallyport = await startSallyport({
    gateway: { limits: { estimate_timeout: '2s' } },
    connections: [behind('cheap'), behind('asking'), behind('watching'), behind('masked')],
    guardrails: {
      anything: [{ id: 'no-admin', deny: { effects: ['admin'] } }],
      cheap: [{ id: 'expensive', deny: { cost: 100 } }],
      asking: [{ id: 'expensive-write', approve: { effects: ['write'], cost: 100 } }],
      masked: [{ id: 'expensive', deny: { cost: 100 } }],
      watching: [{ id: 'expensive', deny: { cost: 100 }, observe: true }],
    },
  })
  client = await connect('cheap')
})

afterAll(async () => {
  await client?.end()
  await sallyport?.stop()
  await postgres?.stop()
})

async function connect(user: string): Promise<Client> {
  const opened = new Client({
    host: sallyport.host,
    port: sallyport.port,
    user,
    password: sallyport.token,
    database: 'postgres',
  })
  await opened.connect()
  return opened
}

interface Refused {
  readonly code?: string
  readonly message: string
  readonly detail?: string
  readonly hint?: string
}

async function refusal(query: Promise<unknown>): Promise<Refused> {
  return query.then(
    () => {
      throw new Error('it ran')
    },
    (error: unknown) => error as Refused,
  )
}

const EXPENSIVE = 'SELECT * FROM big a JOIN big b USING (note)'

describe('a statement above the cost', () => {
  test('is refused with rule and hint, and one below it runs', async () => {
    expect(await refusal(client.query(EXPENSIVE))).toMatchObject({
      code: '42501',
      message: "This connection does not allow a statement that costs more than 100 by the planner's estimate.",
      detail: 'Refused by Sallyport, rule expensive.',
      hint: expect.stringContaining('Ask for less'),
    })
    expect((await client.query('SELECT note FROM big WHERE id = 7')).rows).toEqual([{ note: 'note 7' }])
  })

  test('is refused in an extended query, by the values that are bound', async () => {
    const text = 'SELECT count(note) FROM big WHERE id < $1'
    expect((await client.query(text, [10])).rows).toEqual([{ count: '9' }])
    expect(await refusal(client.query(text, [20_000]))).toMatchObject({ code: '42501' })
    const named = { name: 'below', text }
    expect((await client.query({ ...named, values: [10] })).rows).toEqual([{ count: '9' }])
    expect(await refusal(client.query({ ...named, values: [20_000] }))).toMatchObject({ code: '42501' })
    expect((await client.query({ ...named, values: [5] })).rows).toEqual([{ count: '4' }])
  })

  test('leaves its transaction failed, as the server would', async () => {
    await client.query('BEGIN')
    await client.query('CREATE TEMP TABLE mine AS SELECT 1 AS a')
    expect((await client.query('SELECT * FROM mine')).rows).toEqual([{ a: 1 }])
    expect(await refusal(client.query(EXPENSIVE))).toMatchObject({ code: '42501' })
    expect(await refusal(client.query('SELECT 1'))).toMatchObject({ code: '42501' })
    await client.query('ROLLBACK')
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })

  test.each([
    ['declared as a cursor', `BEGIN; DECLARE c CURSOR FOR ${EXPENSIVE}`],
    ['prepared in SQL', `PREPARE p AS ${EXPENSIVE}; EXECUTE p`],
    ['copied out', `COPY (${EXPENSIVE}) TO STDOUT`],
    ['explained with ANALYZE', `EXPLAIN ANALYZE ${EXPENSIVE}`],
    ['explained with the option', `explain (costs off, analyze) ${EXPENSIVE}`],
    ['explained behind comments', `/* a */ EXPLAIN -- b\n /* c */ ANALYZE VERBOSE ${EXPENSIVE}`],
    ['stored', `CREATE TABLE copy AS ${EXPENSIVE}`],
    ['second in its text', `SELECT 1; ${EXPENSIVE}`],
    ['a write', 'UPDATE big SET note = note'],
  ])('is refused also when it is %s', async (_how, text) => {
    const own = await connect('cheap')
    expect(await refusal(own.query(text))).toMatchObject({
      code: '42501',
      detail: expect.stringContaining('expensive'),
    })
    await own.end()
  })

  test('may be explained, and a cursor of a cheap one fetched', async () => {
    expect((await client.query(`EXPLAIN ${EXPENSIVE}`)).rows[0]).toHaveProperty('QUERY PLAN')
    await client.query('BEGIN; DECLARE d CURSOR FOR SELECT note FROM big WHERE id < 3')
    expect((await client.query('FETCH ALL FROM d')).rows).toHaveLength(2)
    await client.query('COMMIT')
  })
})

test('a statement that cannot be planned is refused with the reason, and nothing is left behind', async () => {
  expect(await refusal(client.query('SELECT * FROM nowhere'))).toMatchObject({
    code: '42501',
    message: expect.stringContaining('(relation "nowhere" does not exist)'),
  })
  expect(await refusal(client.query('SELECT * FROM nowhere WHERE a = $1', [1]))).toMatchObject({ code: '42P01' })
  expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
})

test.each(['simple', 'extended'])('planning ends in its time when it waits for a lock (%s)', async (how) => {
  const other = await postgres.connect()
  try {
    await other.query('BEGIN; LOCK TABLE small IN ACCESS EXCLUSIVE MODE')
    const text = 'SELECT * FROM small WHERE id = 1'
    const { message } = await refusal(how === 'simple' ? client.query(text) : client.query({ text, values: [] }))
    expect(message).toMatch(/limits.estimate_timeout|canceling statement/)
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    expect((await client.query('SELECT $1::int AS one', [1])).rows).toEqual([{ one: 1 }])
  } finally {
    await other.end()
  }
})

test('the planner tells no value that is masked', async () => {
  const masked = await connect('masked')
  const { code, message } = await refusal(masked.query("SELECT * FROM small WHERE ssn::int = '123-45-6789'::int"))
  expect(code).toBe('42501')
  expect(message).toContain('text withheld')
  await masked.end()
})

test('a session cannot talk the planner into a lower cost', async () => {
  for (const text of [
    'SET seq_page_cost = 0',
    "SELECT set_config('cpu_tuple_cost', '0', false)",
    'SET LOCAL random_page_cost TO 0',
  ]) {
    expect(await refusal(client.query(text))).toMatchObject({ code: '42501' })
  }
})

test('a cost above the limit can ask for an approval, which is refused with a text that says so', async () => {
  const asking = await connect('asking')
  expect((await asking.query(EXPENSIVE.replace('*', 'count(*)'))).rowCount).toBe(1)
  expect(await refusal(asking.query('DELETE FROM big'))).toMatchObject({
    code: '42501',
    message: expect.stringContaining('Approvals are not available yet'),
  })
  await asking.end()
})

test('a rule that observes lets pass and is recorded, with what the planner said', async () => {
  const watching = await connect('watching')
  await watching.query('SELECT count(*) FROM big')
  await watching.end()
  const records = (await readAudit(sallyport.auditDirectory)).filter(
    ({ type, text }) => type === 'statement-verdict' && text === 'SELECT count(*) FROM big',
  )
  expect(records).toMatchObject([
    { phase: 'estimate', action: 'allow' },
    {
      phase: 'query',
      action: 'allow',
      rules: [{ rule: 'expensive', action: 'deny', observed: true }],
      estimates: [{ statement: 0, cost: expect.any(Number), rows: 1 }],
    },
  ])
})

describe('in a pipeline', () => {
  test('a statement that is refused takes with it what follows, up to the Sync, and nothing else', async () => {
    expect(
      await answers([
        ...extended('SELECT 1'),
        ...extended(EXPENSIVE),
        ...extended('SELECT 2'),
        SYNC,
        ...extended('SELECT 3'),
        SYNC,
      ]),
    ).toEqual(['1', 'error 42501', 'ready', '3', 'ready'])
  })

  test('a statement that cannot be planned fails in its place', async () => {
    expect(
      await answers([
        ...extended('SELECT 1'),
        ...extended('SELECT 1 WHERE 1 / 0 = 1'),
        SYNC,
        ...extended('SELECT 3'),
        SYNC,
      ]),
    ).toEqual(['1', 'error 42501', 'ready', '3', 'ready'])
  })

  test('a statement behind one that failed is passed over', async () => {
    expect(
      await answers([
        ...extended('SELECT 1 / (length(note) - length(note)) FROM big WHERE id = 1'),
        ...extended('SELECT 2'),
        SYNC,
        ...extended('SELECT 3'),
        SYNC,
      ]),
    ).toEqual(['error 22012', 'ready', '3', 'ready'])
  })

  test('a simple query behind messages without a Sync is refused, and the session goes on', async () => {
    expect(await answers([...extended('SELECT 1'), { type: 'Query', query: EXPENSIVE }, SYNC])).toEqual([
      '1',
      'error 42501',
      'ready',
      'ready',
    ])
    expect(
      await answers([
        ...extended('SELECT 1'),
        { type: 'Query', query: 'SELECT * FROM nowhere' },
        SYNC,
        ...extended('SELECT 3'),
        SYNC,
      ]),
    ).toEqual(['1', 'error 42501', 'ready', 'ready', '3', 'ready'])
  })
})

test('any mixture of messages is answered as the server would answer it', { timeout: 60_000 }, async () => {
  const steps: Readonly<Record<string, { readonly text: string; readonly answer: string }>> = {
    cheap: { text: 'SELECT 7', answer: '7' },
    expensive: { text: EXPENSIVE, answer: 'error 42501' },
    unplanned: { text: 'SELECT 1 WHERE 1 / 0 = 1', answer: 'error 42501' },
    failing: { text: 'SELECT 1 / (id - id) FROM big WHERE id = 1', answer: 'error 22012' },
    utility: { text: "SET application_name = 'x'", answer: '' },
  }
  const step = fc.oneof(
    { weight: 2, arbitrary: fc.constant({ how: 'sync' as const, what: '' }) },
    {
      weight: 5,
      arbitrary: fc.record({
        how: fc.constantFrom('extended' as const, 'simple' as const),
        what: fc.constantFrom(...Object.keys(steps)),
      }),
    },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (sequence) => {
      const messages: FrontendMessage[] = []
      const expected: string[] = []
      let skipping = false
      let open = false
      for (const { how, what } of [...sequence, { how: 'sync' as const, what: '' }]) {
        const { text = '', answer = '' } = steps[what] ?? {}
        // A Sync before it: PostgreSQL itself is out of step ("unexpected state STARTED") when a simple query ends what an Execute began.
        if (how === 'simple' && open) {
          messages.push(SYNC)
          expected.push('ready')
          skipping = false
        }
        open = how === 'extended'
        if (how === 'extended') messages.push(...extended(text))
        else messages.push(how === 'sync' ? SYNC : { type: 'Query', query: text })
        if (skipping && how !== 'sync') continue
        if (answer !== '') expected.push(answer)
        if (how !== 'extended') expected.push('ready')
        skipping = how === 'extended' && answer.startsWith('error')
      }
      expect(await answers(messages)).toEqual(expected)
    }),
    { interruptAfterTimeLimit: 8000, numRuns: 60 },
  )
})

const SYNC = { type: 'Sync' } as const

function extended(query: string): readonly FrontendMessage[] {
  return [
    { type: 'Parse', name: '', query, parameterTypes: [] },
    { type: 'Bind', portal: '', statement: '', parameterFormats: [], parameters: [], resultFormats: [] },
    { type: 'Execute', portal: '', maxRows: 0 },
  ]
}

/** What a client is told: the first value of each row, errors and ReadyForQuery. */
async function answers(messages: readonly FrontendMessage[]): Promise<readonly string[]> {
  const { port, token: password } = sallyport
  const wire = await openWire({ port, user: 'cheap', password, database: 'postgres' })
  wire.send(...messages, { type: 'Query', query: "SELECT 'end'" })
  const told: string[] = []
  while (told.at(-1) !== 'end') {
    const message = await wire.next()
    if (message === undefined) throw new Error(`the session ended after ${told.join(', ')}`)
    if (message.type === 'DataRow') told.push(Buffer.from(message.values[0] ?? []).toString())
    if (message.type === 'ErrorResponse') told.push(`error ${noticeField(message, 'sqlState')}`)
    if (message.type === 'ReadyForQuery') told.push('ready')
  }
  wire.destroy()
  return told.slice(0, -1)
}
