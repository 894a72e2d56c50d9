import { once } from 'node:events'
import { connect as connectSocket } from 'node:net'
import { readFile, writeFile } from 'node:fs/promises'
import { Client, type ClientConfig } from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { encodeFrontend } from '@sallyport/pg-wire'
import { until } from '../support/index.ts'
import { codeOf, ours, setStage, type Stage } from './setup.ts'

let stage: Stage

beforeAll(async () => {
  stage = await setStage({
    gateway: {
      limits: {
        message_bytes: '1MiB',
        statement_bytes: '64KiB',
        sessions: 6,
        sessions_per_user: 3,
        idle_timeout: '2s',
        login_timeout: '1s',
        pipelined_statements: 5,
      },
    },
  })
})

afterAll(async () => {
  await stage?.stop()
})

it('a statement beyond the limit is refused, and the session goes on', async () => {
  const client = await stage.connect()
  expect(await codeOf(client.query(`SELECT '${'x'.repeat(70_000)}'`))).toBe('54000')
  expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  await client.end()
})

it('a message beyond the limit ends the session with an error', async () => {
  const client = await stage.connect()
  expect(await codeOf(client.query('SELECT length($1)', ['x'.repeat(2_000_000)]))).toMatch(
    /^08P01$|terminated|ECONNRESET|EPIPE/,
  )
  await client.end().catch(() => undefined)
  await stage.noBackends()
})

it('one user has so many sessions and no more', async () => {
  const clients = await Promise.all([stage.connect(), stage.connect(), stage.connect()])
  expect(await codeOf(stage.connect())).toBe('53300')
  await Promise.all(clients.map((client) => client.end()))
  await until(async () => (await codeOf(stage.connect().then((client) => client.end()))) === 'no error', {
    what: 'room for one more',
  })
})

it('an idle session is ended with 57P05', async () => {
  const client = await stage.connect()
  const [error] = (await once(client, 'error')) as [{ code: string }]
  expect(error.code).toBe('57P05')
  await stage.noBackends()
})

it('a client that does not log in is sent away', async () => {
  const socket = connectSocket(stage.sallyport.port, stage.sallyport.host)
  await once(socket, 'connect')
  const closed = once(socket, 'close')
  socket.resume()
  await closed
  expect(socket.destroyed).toBe(true)
})

it('more pipelined statements than allowed are held back, and answered all the same', async () => {
  const client = await stage.connect()
  const answers = await Promise.all(
    Array.from(
      { length: 300 },
      async (_, n) => (await client.query('SELECT $1::int AS n', [n])).rows[0] as { n: number },
    ),
  )
  expect(answers.map(({ n }) => n)).toEqual(Array.from({ length: 300 }, (_, n) => n))
  const socket = connectSocket(stage.sallyport.port, stage.sallyport.host)
  await client.end()
  socket.destroy()
})

it('garbage before the login is turned away', async () => {
  for (const bytes of [
    Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
    Buffer.from([0, 0, 0, 0, 0, 0, 0, 0]),
    Buffer.from([0x7f, 0xff, 0xff, 0xff]),
  ]) {
    const socket = connectSocket(stage.sallyport.port, stage.sallyport.host)
    await once(socket, 'connect')
    const closed = once(socket, 'close')
    socket.resume().write(bytes)
    await closed
  }
  const client = await stage.connect()
  expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  await client.end()
})

it('a token that is wrong, a connection that is not there, and replication are refused', async () => {
  expect(await codeOf(stage.connect('all', { password: 'not a token' }))).toBe('28P01')
  expect(await codeOf(stage.connect('nothing' as 'all'))).toBe('28000')
  expect(await codeOf(stage.connect('all', { replication: 'database' } as never))).toMatch(/0A000|no error/)
})

it('a setting that a policy refuses as SET is refused at the start of a session, too', async () => {
  const locked = { ...stage.login('locked' as 'all') }
  expect(await codeOf(connectWith({ ...locked, statement_timeout: 1000 }))).toBe('42501')
  expect(await codeOf(connectWith({ ...locked, application_name: 'fine' }))).toBe('no error')
  expect(await codeOf(connectWith({ ...locked, options: '-c search_path=other,public' }))).toBe('42501')
})

it('a database that the connection does not serve is refused by name', async () => {
  expect(await codeOf(connectWith({ ...stage.login(), database: 'template1' }))).toBe('3D000')
  expect(await codeOf(connectWith({ ...stage.login(), database: 'all' }))).toBe('no error')
})

async function connectWith(config: ClientConfig): Promise<void> {
  const client = new Client(config)
  await client.connect()
  await client.end()
}

it('a cancel request cancels with the right key and nothing with a wrong one, and the session goes on', async () => {
  const [client, other] = [await stage.connect(), await stage.connect()]
  const undisturbed = codeOf(other.query('SELECT pg_sleep(1)'))
  const { processID, secretKey } = client as unknown as { processID: number; secretKey: number }
  const right = Buffer.alloc(4)
  right.writeInt32BE(secretKey)
  const short = codeOf(client.query('SELECT pg_sleep(0.6)'))
  for (const wrong of [Buffer.from([1, 2, 3, 4]), Buffer.alloc(32)]) await cancel(processID, wrong)
  expect(await short).toBe('no error')
  const long = codeOf(client.query('SELECT pg_sleep(60)'))
  await until(async () => (await ours(stage.postgres)).filter(({ state }) => state === 'active').length > 0)
  await cancel(processID, right)
  expect(await long).toBe('57014')
  expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  expect(await undisturbed).toBe('no error')
  await client.end()
  await other.end()
})

async function cancel(processId: number, secretKey: Uint8Array): Promise<void> {
  const socket = connectSocket(stage.sallyport.port, stage.sallyport.host)
  await once(socket, 'connect')
  socket.resume().write(encodeFrontend({ type: 'CancelRequest', processId, secretKey }))
  await once(socket, 'close')
}

it('a reload reaches running sessions at their next statement, and a wrong file changes nothing', async () => {
  const client = await stage.connect()
  expect(await codeOf(client.query('CREATE TEMP TABLE before_reload (a int)'))).toBe('no error')
  const text = await readFile(stage.sallyport.gatewayFile, 'utf8')
  const config = JSON.parse(text) as { gateway: { connections: { guardrails: string[] }[] } }
  for (const connection of config.gateway.connections) connection.guardrails = ['read-only']
  await writeFile(stage.sallyport.gatewayFile, JSON.stringify(config))
  await until(async () => (await codeOf(client.query('CREATE TEMP TABLE after_reload (a int)'))) === '42501', {
    what: 'the new policy',
  })
  await writeFile(stage.sallyport.gatewayFile, 'gateway: { nonsense: true }')
  await stage.sallyport.gateway.says(/configuration refused/)
  expect(await codeOf(client.query('CREATE TEMP TABLE still_refused (a int)'))).toBe('42501')
  await writeFile(stage.sallyport.gatewayFile, text)
  await until(async () => (await codeOf(client.query('CREATE TEMP TABLE again (a int)'))) !== '42501', {
    what: 'the old policy',
  })
  await client.end()
})
