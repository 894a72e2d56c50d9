import { afterAll, describe, expect, test } from 'vitest'
import { mysqlFlavours, startMysqlServer, until } from './index.ts'

describe.each(mysqlFlavours())('%s for tests', (flavour) => {
  const started = startMysqlServer(flavour, {
    tls: true,
    users: [
      { name: 'plain', password: "it's" },
      { name: 'certain', password: 'x', require: 'X509' },
    ],
    databases: ['a b'],
  })
  afterAll(async () => (await started).stop())

  test('takes a client certificate over verified TLS, and a password', async () => {
    const server = await started
    expect(server.flavour).toBe(flavour)
    const ssl = { ca: server.authority?.cert ?? '', ...server.clientCertificate('certain') }
    const certain = await server.connect({ user: 'certain', password: 'x', ssl, database: 'a b' })
    const [[cipher]] = (await certain.query("SHOW SESSION STATUS LIKE 'Ssl_cipher'")) as unknown as [
      [{ Value: string }],
    ]
    expect(cipher.Value).not.toBe('')
    await certain.end()
    const plain = await server.connect({ user: 'plain', password: "it's" })
    expect((await server.sessions()).map(({ user, database }) => ({ user, database }))).toEqual([
      { user: 'plain', database: 'shop' },
    ])
    await plain.end()
    await expect(server.connect({ user: 'certain', password: 'x' })).rejects.toMatchObject({ errno: 1045 })
    await until(async () => (await server.sessions()).length === 0, { what: 'the end of all sessions' })
  })

  test('survives a crash with its data', async () => {
    const server = await started
    await server.query('CREATE TABLE kept (a INT); INSERT INTO kept VALUES (1); FLUSH TABLES')
    await server.kill('SIGTERM')
    await expect(server.connect()).rejects.toThrow('ECONNREFUSED')
    await server.restart()
    await server.kill('SIGKILL')
    await server.restart()
    expect(await server.query('SELECT a FROM kept')).toEqual([{ a: 1 }])
  })
})
