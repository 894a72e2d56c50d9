import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  readAudit,
  sallyport as sallyportCommand,
  startPostgres,
  startSallyport,
  until,
  type TestConnection,
  type TestPostgres,
  type TestSallyport,
} from '../support/index.ts'

let postgres: TestPostgres
let sallyport: TestSallyport

beforeAll(async () => {
  postgres = await startPostgres()
  await postgres.query(`CREATE TABLE orders (id int PRIMARY KEY, total int);
    INSERT INTO orders SELECT i, i FROM generate_series(1, 10) i;
    CREATE TABLE people (id int PRIMARY KEY, ssn text)`)
  const behind = (
    name: string,
    guardrails: readonly unknown[],
    more: Partial<TestConnection> = {},
  ): TestConnection => ({
    name,
    target: { host: postgres.host, port: postgres.port, database: 'postgres' },
    user: postgres.user,
    password: postgres.password,
    guardrails,
    ...more,
  })
  const columns = [{ match: '*.people.ssn', strategy: 'redact' }]
  sallyport = await startSallyport({
    connections: [
      behind('watched', ['watched']),
      behind('approved', ['approved']),
      behind('changing', ['changing']),
      behind('learning', ['learning']),
      behind('for-others', [{ set: 'read-only', when: { groups: ['interns'] } }, 'no-ddl']),
      behind('masked', ['read-only'], { columns }),
    ],
    guardrails: {
      watched: [
        { id: 'no-deletes', deny: { kinds: ['delete'] }, observe: true },
        { id: 'no-drops', deny: { kinds: ['drop-*'] } },
      ],
      approved: [{ id: 'writes', approve: { effects: ['write'] }, message: 'A write asks for a second pair of eyes.' }],
      changing: [{ id: 'no-totals', deny: { columns: ['orders.total'] }, observe: true }],
      learning: [{ id: 'listed', allow: { fingerprints: ['0000000000000000'] }, observe: true }],
    },
  })
})

afterAll(async () => {
  await sallyport?.stop()
  await postgres?.stop()
})

async function connect(user: string): Promise<Client> {
  const { host, port, token: password } = sallyport
  const client = new Client({ host, port, user, password, database: 'postgres' })
  await client.connect()
  return client
}

async function errorOf(
  query: Promise<unknown>,
): Promise<Partial<Record<'code' | 'message' | 'detail' | 'hint' | 'position', string>>> {
  return query.then(
    () => ({ code: 'no error' }),
    (error: unknown) => error as Record<string, string>,
  )
}

/** Writes the gateway's file with another rule in a set, and has it read again. */
async function changeRule(set: string, rule: unknown): Promise<void> {
  const file = await readFile(sallyport.gatewayFile, 'utf8')
  const config = JSON.parse(file) as { gateway: { guardrails: Record<string, unknown> } }
  config.gateway.guardrails[set] = [rule]
  await writeFile(sallyport.gatewayFile, JSON.stringify(config))
  sallyport.gateway.child.kill('SIGHUP')
}

async function verdictsOn(text: string): Promise<readonly Record<string, unknown>[]> {
  return (await readAudit(sallyport.auditDirectory)).filter(
    (record) => record['type'] === 'statement-verdict' && record['text'] === text,
  )
}

test('a rule that observes changes nothing, and the log says what it would have done', async () => {
  const client = await connect('watched')
  const text = 'DELETE FROM orders WHERE id = 10'
  expect((await client.query(text)).rowCount).toBe(1)
  expect(await verdictsOn(text)).toMatchObject([
    { action: 'allow', rules: [{ rule: 'no-deletes', action: 'deny', observed: true }] },
  ])
  expect(await errorOf(client.query('DROP TABLE orders'))).toMatchObject({ code: '42501' })
  await client.end()
})

test('an allow list that observes records the fingerprint of what it would refuse', async () => {
  const client = await connect('learning')
  await client.query('SELECT total FROM orders WHERE id = 1')
  await client.query('SELECT total FROM orders WHERE id = 2')
  await client.end()
  const [one, two] = [
    await verdictsOn('SELECT total FROM orders WHERE id = 1'),
    await verdictsOn('SELECT total FROM orders WHERE id = 2'),
  ]
  expect(one).toMatchObject([{ action: 'allow', rules: [{ rule: 'listed', action: 'deny', observed: true }] }])
  expect(one[0]?.['statements']).toEqual(two[0]?.['statements'])
})

test('an allow list is learned from the log, reviewed as a file, and held', async () => {
  const client = await connect('learning')
  await client.query('SELECT id FROM orders WHERE total = 5')
  await client.query('SELECT id FROM orders WHERE total = $1', [6])
  await errorOf(client.query('SELECT nothing FROM orders'))
  const learned = await sallyportCommand([
    'policy',
    'learn',
    sallyport.auditDirectory,
    '--on',
    'learning',
    '--min',
    '2',
  ])
  expect(learned.stderr).toBe('')
  expect(learned.stdout).toMatch(/^[0-9a-f]{16} # 2x by 1 \(read\): SELECT id FROM orders WHERE total = \?$/m)
  expect(learned.stdout).not.toContain('nothing')
  await writeFile(join(sallyport.directory, 'learned.txt'), learned.stdout)
  await changeRule('learning', { id: 'listed', allow: { fingerprints: 'file:learned.txt' } })
  await until(async () => (await errorOf(client.query('SELECT 1'))).code === '42501', { what: 'the list in force' })
  expect((await client.query('SELECT id FROM orders WHERE total = 7')).rows).toEqual([{ id: 7 }])
  expect(await errorOf(client.query('SELECT id FROM orders WHERE id = 7'))).toMatchObject({
    code: '42501',
    hint: 'Only statements that an operator has listed by their fingerprint are allowed.',
  })
  await client.end()
})

test('a rule that asks for an approval refuses with a text that says so, and nothing runs', async () => {
  const client = await connect('approved')
  expect(await errorOf(client.query('UPDATE orders SET total = 0'))).toMatchObject({
    code: '42501',
    message: 'A write asks for a second pair of eyes. Approvals are not available yet, so it is refused.',
    detail: 'Refused by Sallyport, rule writes.',
  })
  expect(await errorOf(client.query('UPDATE orders SET total = $1', [0]))).toMatchObject({ code: '42501' })
  expect((await client.query('SELECT max(total) > 0 AS kept FROM orders')).rows).toEqual([{ kept: true }])
  await client.end()
  expect(await verdictsOn('UPDATE orders SET total = 0')).toMatchObject([{ action: 'approve' }])
})

test('a set for some rules them alone', async () => {
  const client = await connect('for-others')
  expect(await errorOf(client.query('INSERT INTO orders VALUES (11, 11)'))).toEqual({ code: 'no error' })
  expect(await errorOf(client.query('CREATE TABLE more (a int)'))).toMatchObject({ code: '42501' })
  await client.end()
})

test('a text that does not parse is refused with the place of the error', async () => {
  const client = await connect('watched')
  expect(await errorOf(client.query("SELECT 'ä', total FORM orders"))).toMatchObject({
    code: '42601',
    position: '24',
  })
  await client.end()
})

test('a refusal leaves what may be seen of the database as it was', async () => {
  const client = await connect('masked')
  const count = async (): Promise<unknown> =>
    (await client.query('SELECT count(id) > 0 AS any FROM orders WHERE id < $1', [100])).rows
  expect(await count()).toEqual([{ any: true }])
  expect(await errorOf(client.query('DELETE FROM orders'))).toMatchObject({ code: '42501' })
  expect(await errorOf(client.query('DELETE FROM orders WHERE id = $1', [1]))).toMatchObject({ code: '42501' })
  expect(await errorOf(client.query('SELEC 1'))).toMatchObject({ code: '42601' })
  expect(await count()).toEqual([{ any: true }])
  await client.end()
})

describe('a change of policy', () => {
  test('reaches a running session at its next statement, and a statement that was prepared before at its next use', async () => {
    const client = await connect('changing')
    const prepared = (): Promise<unknown> => client.query({ name: 'totals', text: 'SELECT total FROM orders' })
    expect(await errorOf(prepared())).toEqual({ code: 'no error' })
    await client.query('BEGIN')
    await changeRule('changing', { id: 'no-totals', deny: { columns: ['orders.total'] } })
    await until(async () => (await errorOf(client.query('SELECT max(total) FROM orders'))).code === '42501', {
      what: 'the new policy',
    })
    await client.query('ROLLBACK')
    expect(await errorOf(prepared())).toMatchObject({ code: '42501' })
    expect(await errorOf(client.query('SELECT id FROM orders'))).toEqual({ code: 'no error' })
    await client.end()
    expect(await readAudit(sallyport.auditDirectory)).toContainEqual(
      expect.objectContaining({ type: 'configuration-change', result: 'applied', changed: ['policy'] }),
    )
  })
})
