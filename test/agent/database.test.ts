import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cancelBackend, type Database, openDatabase, Password, type DatabaseTarget } from '@sallyport/agent'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAuthority, postgresVersions, startPostgres, type TestPostgres, until } from '../support/index.ts'

const never = new AbortController().signal

describe.each(postgresVersions())('a database, PostgreSQL %i', (version) => {
  let server: TestPostgres
  let target: DatabaseTarget

  beforeAll(async () => {
    server = await startPostgres({
      version,
      tls: true,
      hba: [
        'host all trusted 127.0.0.1/32 trust',
        'host all clear 127.0.0.1/32 password',
        'host all digest 127.0.0.1/32 md5',
        'hostssl all certified 127.0.0.1/32 cert',
        'hostnossl all plain 127.0.0.1/32 scram-sha-256',
        'host all plain 127.0.0.1/32 reject',
        'host all rejected 127.0.0.1/32 reject',
      ],
      users: [
        { name: 'trusted' },
        { name: 'clear', password: 'clear password' },
        { name: 'digest', password: 'digest password', passwordEncryption: 'md5' },
        { name: 'scrammed', password: 'scram password' },
        { name: 'unicode', password: 'pa\u00DFw\u00F6rt \u2168 \uFF21\u00AD' },
        { name: 'emoji', password: '\u{1F600}\uFF21' },
        { name: 'certified' },
        { name: 'plain', password: 'plain password' },
        { name: 'rejected', password: 'x' },
        { name: 'expired', password: 'expired password', attributes: "VALID UNTIL '2001-01-01'" },
        { name: 'crowded', password: 'crowded password', attributes: 'CONNECTION LIMIT 0' },
      ],
    })
    const ca = server.authority?.cert
    target = { host: '127.0.0.1', port: server.port, database: 'postgres', tls: 'verify-full', ca, own: undefined }
  })
  afterAll(() => server?.stop())

  function open(user: string, password?: string, change: Partial<DatabaseTarget> = {}): Promise<Database> {
    const lease = { user, password: password === undefined ? undefined : new Password(password) }
    const settings = new Map([
      ['client_encoding', 'UTF8'],
      ['standard_conforming_strings', 'on'],
      ['application_name', `test ${user}`],
    ])
    return openDatabase({ target: { ...target, ...change }, lease, settings, timeoutMs: 10_000 }, never)
  }

  it.each([
    ['trust', 'trusted', undefined, 'trust'],
    ['a password in the clear, to a server whose certificate is verified', 'clear', 'clear password', 'password'],
    ['md5', 'digest', 'digest password', 'md5'],
    ['SCRAM-SHA-256', 'scrammed', 'scram password', 'scram-sha-256'],
    [
      'SCRAM with a password that SASLprep changes',
      'unicode',
      'pa\u00DFw\u00F6rt \u2168 \uFF21\u00AD',
      'scram-sha-256',
    ],
    ['SCRAM with a password in another of its forms', 'unicode', 'pa\u00DFwo\u0308rt IX A', 'scram-sha-256'],
    ['SCRAM with a password that SASLprep refuses', 'emoji', '\u{1F600}\uFF21', 'scram-sha-256'],
  ] as const)('opens by %s', async (_, user, password, method) => {
    const database = await open(user, password)
    const backends = await server.query<{ usename: string; ssl: boolean }>(
      `SELECT usename, ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'test ${user}'`,
    )
    expect(backends).toEqual([{ usename: user, ssl: true }])
    expect(database.parameters.get('application_name')).toBe(`test ${user}`)
    expect(database.authentication).toEqual({ method, channelBound: method === 'scram-sha-256' })
    expect(database.searchPath).toEqual(['pg_catalog', 'public'])
    expect(database.serverVersion).toMatch(new RegExp(`^${version}\\.`, 'u'))
    database.close()
    await until(async () => (await server.sessions()).length === 0)
  })

  it('opens with a client certificate', async () => {
    const { cert, key } = server.clientCertificate('certified')
    const database = await open('certified', undefined, { own: { cert, key: { reveal: () => key } } })
    expect(database.authentication.method).toBe('trust')
    database.close()
  })

  it('has a cancel key as long as its protocol gives', async () => {
    const database = await open('scrammed', 'scram password')
    expect([database.minor, database.key?.secretKey.length]).toEqual(version >= 18 ? [2, 32] : [0, 4])
    database.close()
  })

  it('hands over a socket on which the session goes on', async () => {
    const database = await open('scrammed', 'scram password')
    expect(database.leftover.length).toBe(0)
    let bytes = 0
    const done = new Promise<void>((resolve) => {
      database.socket.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes >= 20_000_000) resolve()
      })
    })
    const text = "SELECT repeat('x', 1000) FROM generate_series(1, 20000)"
    const query = Buffer.alloc(text.length + 6)
    query.write('Q')
    query.writeInt32BE(text.length + 5, 1)
    query.write(text, 5)
    database.socket.write(query)
    await done
    database.close()
  })

  it('cancels what a session runs, and only that', async () => {
    const database = await open('scrammed', 'scram password')
    const other = await open('scrammed', 'scram password')
    const received: Buffer[] = []
    database.socket.on('data', (chunk: Buffer) => received.push(chunk))
    database.socket.write(sleepQuery())
    other.socket.write(sleepQuery())
    const sleeping = async (): Promise<number> =>
      (await server.sessions()).filter((session) => session.state === 'active').length
    await until(async () => (await sleeping()) === 2)
    if (database.key === undefined) throw new Error('the server gave no key')
    await cancelBackend(target, database.key, 5000)
    await until(() => Buffer.concat(received).includes('57014'))
    expect(await sleeping()).toBe(1)
    other.socket.destroy()
    database.close()
    await server.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'scrammed'`)
  })

  it.each([
    ['a wrong password', 'scrammed', 'wrong', {}, 'login-refused', '08004'],
    ['a wrong md5 password', 'digest', 'wrong', {}, 'login-refused', '08004'],
    ['a user that does not exist', 'nobody', 'x', {}, 'login-refused', '08004'],
    ['an account that has expired', 'expired', 'expired password', {}, 'login-refused', '08004'],
    ['an account that may not have more sessions', 'crowded', 'crowded password', {}, 'login-refused', '53300'],
    ['a rejecting line', 'rejected', 'x', {}, 'login-refused', '08004'],
    ['a database that does not exist', 'trusted', undefined, { database: 'nowhere' }, 'login-refused', '3D000'],
    ['no password where one is asked for', 'scrammed', undefined, {}, 'login-failed', '08001'],
    [
      'a password in the clear to a server nobody verified',
      'clear',
      'clear password',
      { tls: 'require', ca: undefined, host: 'localhost' },
      'login-failed',
      '08001',
    ],
    ['an authority that is not trusted', 'trusted', undefined, { ca: createAuthority().cert }, 'tls-failed', '08001'],
    ['no authority at all', 'trusted', undefined, { ca: undefined }, 'tls-failed', '08001'],
    ['a line that wants no TLS', 'plain', 'plain password', {}, 'login-refused', '08004'],
  ] as const)('refuses %s', async (_, user, password, change, code, sqlState) => {
    const error = await open(user, password, change).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ name: 'AgentError', code, sqlState })
    expect(JSON.stringify(error) + String(error)).not.toContain(password ?? 'nothing to hide')
    expect((await server.sessions()).filter((session) => session.application.startsWith('test'))).toEqual([])
  })

  it('opens over a Unix socket, where no TLS is and a password may go in the clear', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-socket-'))
    chmodSync(folder, 0o777)
    const local = await startPostgres({
      version,
      settings: { unix_socket_directories: folder },
      hba: ['local all all password'],
      users: [{ name: 'shop', password: 'socket password' }],
    })
    try {
      const { port } = local
      const lease = { user: 'shop', password: new Password('socket password') }
      const socket = { ...target, host: folder, port }
      const database = await openDatabase({ target: socket, lease, settings: new Map(), timeoutMs: 5000 }, never)
      expect(database.authentication).toEqual({ method: 'password', channelBound: false })
      if (database.key === undefined) throw new Error('the server gave no key')
      await cancelBackend(socket, database.key, 5000)
      database.close()
    } finally {
      await local.stop()
      rmSync(folder, { recursive: true })
    }
  })

  it.each([
    ['disable', 'plain', undefined],
    ['require', 'scrammed', undefined],
    ['verify-ca', 'scrammed', 'ca'],
    ['verify-full', 'scrammed', 'ca'],
  ] as const)('opens with TLS %s', async (tls, user, ca) => {
    const password = user === 'plain' ? 'plain password' : 'scram password'
    const database = await open(user, password, {
      tls,
      ca: ca === undefined ? undefined : target.ca,
      host: 'localhost',
    })
    expect(database.authentication.channelBound).toBe(tls !== 'disable')
    database.close()
  })
})

function sleepQuery(): Buffer {
  const text = 'SELECT pg_sleep(60)\0'
  return Buffer.concat([Buffer.from('Q'), Buffer.from([0, 0, 0, text.length + 4]), Buffer.from(text)])
}
