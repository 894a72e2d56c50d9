import { connect as connectTls } from 'node:tls'
import { Client } from 'pg'
import { afterAll, describe, expect, test } from 'vitest'
import {
  createAuthority,
  openWire,
  until,
  postgresVersions,
  psql,
  runProcess,
  startPostgres,
  startProcess,
  waitForEvent,
} from './index.ts'

describe.each(postgresVersions())('PostgreSQL %i for tests', (version) => {
  const started = startPostgres({
    version,
    tls: true,
    hba: [
      'hostssl all certain 127.0.0.1/32 cert',
      'host all old 127.0.0.1/32 md5',
      'host all open 127.0.0.1/32 password',
    ],
    users: [
      { name: 'certain' },
      { name: 'old', password: 'old pass', passwordEncryption: 'md5' },
      { name: 'open', password: "it's" },
    ],
    databases: ['a b'],
  })
  afterAll(async () => (await started).stop())

  test('takes a client certificate over verified TLS', async () => {
    const server = await started
    expect(server.version).toBe(version)
    const ssl = { ca: server.authority?.cert ?? '', ...server.clientCertificate('certain'), servername: 'localhost' }
    const client = await server.connect({ user: 'certain', password: '', ssl, database: 'a b' })
    const { rows } = await client.query<{ dn: string }>(
      'SELECT client_dn AS dn FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
    )
    await client.end()
    expect(rows).toEqual([{ dn: '/CN=certain' }])
  })

  test('keeps passwords as each user asked', async () => {
    const server = await started
    for (const [user, password] of [
      ['old', 'old pass'],
      ['open', "it's"],
    ]) {
      const client = new Client({ host: server.host, port: server.port, database: 'a b', user, password })
      await client.connect()
      await client.end()
    }
    const rows = await server.query<{ rolname: string; method: string }>(
      `SELECT rolname, left(rolpassword, 3) AS method FROM pg_authid WHERE rolname IN ('old', 'open') ORDER BY 1`,
    )
    expect(rows.map((row) => row.method)).toEqual(['md5', 'SCR'])
    expect(await server.sessions()).toEqual([])
  })

  test('is spoken to word by word, over TLS, and cancelled', async () => {
    const server = await started
    const tls = { ca: server.authority?.cert ?? '' }
    const place = { port: server.port, user: 'open', database: 'a b', password: "it's", tls }
    const wire = await openWire(place)
    const answer = await wire.query('SELECT 1; SELECT 2')
    expect(answer.filter((message) => message.type === 'DataRow')).toHaveLength(2)
    wire.send({ type: 'Query', query: 'SELECT pg_sleep(60)' })
    await until(async () => (await server.sessions()).some((session) => session.state === 'active'))
    await wire.cancel()
    const cancelled = await wire.until('ReadyForQuery')
    expect(cancelled.map((message) => message.type)).toContain('ErrorResponse')
    wire.send({ type: 'Terminate' })
    expect(await wire.until('close')).toEqual([])
    await expect(openWire({ ...place, password: 'wrong' })).rejects.toThrow('password authentication failed')
  })

  test('is reached by psql', async () => {
    const { port, user, password } = await started
    const result = await psql('SELECT 1 AS one;\nSELECT nothing;\nSELECT 2 AS two;', {
      port,
      user,
      password,
      database: 'a b',
      args: ['-At'],
    })
    expect(result.stdout).toBe('1\n2\n')
    expect(result.stderr).toContain('column "nothing" does not exist')
  })
})

test('a certificate of another authority, or past its end, is refused', async () => {
  const server = await startPostgres({ tls: { keyType: 'rsa' } })
  try {
    const stranger = createAuthority('stranger', 'rsa')
    await expect(server.connect({ ssl: { ca: stranger.cert } })).rejects.toThrow(/certificate|signature/i)
    await (await server.connect({ ssl: { ca: server.authority?.cert ?? '' } })).end()
  } finally {
    await server.stop()
  }
  const authority = createAuthority()
  const old = authority.issue({ commonName: 'localhost', notAfter: new Date(Date.now() - 60_000) })
  const { createServer } = await import('node:tls')
  const listener = createServer(old).listen(0, '127.0.0.1')
  await waitForEvent(listener, 'listening')
  const { port } = listener.address() as { port: number }
  const socket = connectTls({ host: '127.0.0.1', port, ca: authority.cert, servername: 'localhost' })
  const [error] = (await waitForEvent(socket, 'error')) as [NodeJS.ErrnoException]
  expect(error.code).toBe('CERT_HAS_EXPIRED')
  listener.close()
})

test('a process is heard while it runs and its end is told', async () => {
  const running = await startProcess({
    command: 'sh',
    args: ['-c', 'echo ready; read line; echo "got $line"; exit 3'],
    input: 'word\n',
  })
  await running.says(/ready/)
  const result = await running.ended
  expect(result).toMatchObject({ code: 3, stdout: 'ready\ngot word\n' })
  await expect(runProcess({ command: 'sleep', args: ['30'] }, 100)).rejects.toThrow('did not end within 100 ms')
  await expect(startProcess({ command: '/nowhere/at/all' })).rejects.toThrow('ENOENT')
})
