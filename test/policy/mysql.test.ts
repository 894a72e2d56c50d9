import { readFile, writeFile } from 'node:fs/promises'
import { createConnection, type Connection } from 'mysql2/promise'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  createAuthority,
  readAudit,
  startMariadb,
  startSallyport,
  until,
  type TestMysql,
  type TestSallyport,
} from '../support/index.ts'

let mariadb: TestMysql
let sallyport: TestSallyport
let ca: string

beforeAll(async () => {
  mariadb = await startMariadb()
  await mariadb.query(
    'CREATE TABLE orders (id int PRIMARY KEY, total int); INSERT INTO orders VALUES (1, 1), (2, 2), (3, 3)',
  )
  const { host, port, user, password, database } = mariadb
  const behind = { engine: 'mysql', target: { host, port, database }, user, password } as const
  const authority = createAuthority()
  const { cert, key } = authority.issue({ commonName: 'localhost' })
  ca = authority.cert
  sallyport = await startSallyport({
    connections: ['watched', 'approved', 'changing'].map((name) => ({ ...behind, name, guardrails: [name] })),
    guardrails: {
      watched: [{ id: 'no-deletes', deny: { kinds: ['delete'] }, observe: true }],
      approved: [{ id: 'writes', approve: { effects: ['write'] }, message: 'A write asks for a second pair of eyes.' }],
      changing: [{ id: 'no-totals', deny: { columns: ['orders.total'] }, observe: true }],
    },
    files: { 'tls.crt': cert, 'tls.key': key, 'ca.pem': ca },
    agentTls: { ca: 'file:ca.pem' },
    gateway: { tls: { cert: 'file:tls.crt', key: 'file:tls.key' } },
  })
})

afterAll(async () => {
  await sallyport?.stop()
  await mariadb?.stop()
})

function connect(user: string): Promise<Connection> {
  const { host, mysqlPort: port, token: password } = sallyport
  return createConnection({ host, port, user, password, database: mariadb.database, ssl: { ca } })
}

async function errorOf(query: Promise<unknown>): Promise<{ readonly errno?: number; readonly message?: string }> {
  return query.then(
    () => ({ errno: 0 }),
    (error: unknown) => error as { errno: number; message: string },
  )
}

test('a rule that observes changes nothing, and the log says what it would have done', async () => {
  const client = await connect('watched')
  const text = 'DELETE FROM orders WHERE id = 3'
  expect((await client.query(text))[0]).toMatchObject({ affectedRows: 1 })
  await client.end()
  const verdicts = (await readAudit(sallyport.auditDirectory)).filter(
    (record) => record['type'] === 'statement-verdict' && record['text'] === text,
  )
  expect(verdicts).toMatchObject([{ action: 'allow', rules: [{ rule: 'no-deletes', action: 'deny', observed: true }] }])
})

test('a rule that asks for an approval refuses with a text that says so, and nothing runs', async () => {
  const client = await connect('approved')
  const refused = {
    errno: 1142,
    message: expect.stringContaining('A write asks for a second pair of eyes. Approvals are not available yet'),
  }
  expect(await errorOf(client.query('UPDATE orders SET total = 0'))).toMatchObject(refused)
  expect(await errorOf(client.execute('UPDATE orders SET total = ?', [0]))).toMatchObject(refused)
  expect((await client.query('SELECT min(total) AS least FROM orders'))[0]).toEqual([{ least: 1 }])
  await client.end()
})

test('a text that does not parse is refused as the server does, near the place and with its line', async () => {
  const client = await connect('watched')
  const { errno, message } = await errorOf(client.query("SELECT 'ä',\n total FORM orders"))
  expect(errno).toBe(1064)
  expect(message).toMatch(/near '(FORM )?orders' at line 2/)
  await client.end()
})

test('a change of policy reaches a running session at its next statement, and a prepared one at its next use', async () => {
  const client = await connect('changing')
  const prepared = await client.prepare('SELECT total FROM orders WHERE id = ?')
  expect(await errorOf(prepared.execute([1]))).toEqual({ errno: 0 })
  const config = JSON.parse(await readFile(sallyport.gatewayFile, 'utf8')) as {
    gateway: { guardrails: Record<string, unknown> }
  }
  config.gateway.guardrails['changing'] = [{ id: 'no-totals', deny: { columns: ['orders.total'] } }]
  await writeFile(sallyport.gatewayFile, JSON.stringify(config))
  sallyport.gateway.child.kill('SIGHUP')
  await until(async () => (await errorOf(client.query('SELECT max(total) FROM orders'))).errno === 1142, {
    what: 'the new policy',
  })
  expect(await errorOf(prepared.execute([1]))).toMatchObject({ errno: 1142 })
  expect(await errorOf(client.query('SELECT id FROM orders'))).toEqual({ errno: 0 })
  await client.end()
})
