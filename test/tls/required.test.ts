import { networkInterfaces } from 'node:os'
import { createConnection, type ConnectionOptions } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createAuthority,
  mysqlFlavours,
  mysqlGreeting,
  mysqlInstallation,
  openWire,
  readAudit,
  runMysqlProgram,
  startSallyport,
  type MysqlFlavour,
  type TestSallyport,
} from '../support/index.ts'

/** An address of this machine that others can reach, too; a machine without a network has none. */
const OUTSIDE = Object.values(networkInterfaces())
  .flat()
  .find((address) => address?.family === 'IPv4' && !address.internal)?.address

const PROGRAMS = mysqlFlavours().filter((flavour) => mysqlInstallation(flavour)?.program('client') !== undefined)
const WITHOUT_TLS: Readonly<Record<MysqlFlavour, string>> = { mariadb: '--skip-ssl', mysql: '--ssl-mode=DISABLED' }

// No database is behind: what is asked for here is refused or denied before anyone would ask it.
describe.runIf(OUTSIDE !== undefined)('where other machines can connect', () => {
  const authority = createAuthority()
  const host = OUTSIDE ?? ''
  let sallyport: TestSallyport

  beforeAll(async () => {
    const { cert, key } = authority.issue({ commonName: 'gateway', hosts: ['127.0.0.1', host] })
    const nowhere = { target: { host: '127.0.0.1', port: 1, database: 'x' }, user: 'x', password: 'x' }
    sallyport = await startSallyport({
      connections: [
        { name: 'mysql', engine: 'mysql', ...nowhere },
        { name: 'postgres', ...nowhere },
      ],
      learns: false,
      listenHost: '0.0.0.0',
      files: { 'tls.crt': cert, 'tls.key': key, 'ca.pem': authority.cert },
      agentTls: { ca: 'file:ca.pem' },
      // Fixed tokens are for loopback alone.
      gateway: { tls: { cert: 'file:tls.crt', key: 'file:tls.key' }, identity: {} },
    })
  })

  afterAll(async () => {
    await sallyport?.stop()
  })

  const login = (): { host: string; port: number; user: string; password: string; database: string } => ({
    host,
    port: sallyport.mysqlPort,
    user: 'mysql',
    password: 'a password that must not be said',
    database: 'x',
  })
  const refused = async (more: ConnectionOptions = {}): Promise<{ errno: number; message: string }> => {
    try {
      await (await createConnection({ ...login(), ...more })).end()
    } catch (error) {
      return error as { errno: number; message: string }
    }
    throw new Error('a session began')
  }
  const logins = async (): Promise<number> =>
    (await readAudit(sallyport.auditDirectory)).filter(({ type }) => type === 'login').length

  it('a MySQL session in the clear is refused with what to do, before a password is asked for', async () => {
    const { errno, message } = await refused()
    expect(errno).toBe(3159)
    expect(message).toMatch(/connect with TLS/)
    expect(await logins()).toBe(0)
    // Bit 11 is CLIENT_SSL: TLS is on offer.
    const { capabilities } = await mysqlGreeting(sallyport.mysqlPort, host)
    expect(capabilities.flags & 0x800).toBe(0x800)
  })

  it.each(PROGRAMS)('the client of %s reads the same', async (flavour) => {
    const run = { flavour, program: 'client', args: [WITHOUT_TLS[flavour]], input: 'SELECT 1;\n' } as const
    const { stderr, code } = await runMysqlProgram(login(), run)
    expect(code).not.toBe(0)
    expect(stderr).toMatch(/ERROR 3159 \(HY000\).*connect with TLS/)
    expect(await logins()).toBe(0)
  })

  it('over TLS the password is asked for, and judged', async () => {
    const { errno, message } = await refused({ ssl: { ca: authority.cert } })
    expect({ errno, message }).toMatchObject({ errno: 1045, message: expect.stringContaining('token') as string })
    expect(await logins()).toBe(1)
  })

  it('a PostgreSQL session in the clear is refused, too', async () => {
    const before = await logins()
    const { port } = sallyport
    await expect(
      openWire({ host, port, user: 'postgres', database: 'x', password: 'a password that must not be said' }),
    ).rejects.toThrow(/TLS|SSL|encrypt/)
    expect(await logins()).toBe(before)
  })
})
