import { randomBytes } from 'node:crypto'
import { mysqlConnection, mysqlSessionSettings, Password } from '@sallyport/agent'
import { Secret, type Target } from '@sallyport/config'
import { NO_RULES } from '@sallyport/masking'
import { CLIENT, spoken } from '@sallyport/mysql-wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAuthority, mysqlFlavours, startMysqlServer, type TestMysql } from '../support/index.ts'

const never = new AbortController().signal
const PASSWORD = randomBytes(9).toString('base64url')

describe.each(mysqlFlavours())('opening a session with %s', (flavour) => {
  let server: TestMysql
  const maria = flavour === 'mariadb'
  const plugins = maria
    ? (['mysql_native_password', 'ed25519'] as const)
    : (['caching_sha2_password', 'sha256_password'] as const)

  beforeAll(async () => {
    server = await startMysqlServer(flavour, {
      tls: true,
      settings: maria ? { 'plugin-load-add': 'auth_ed25519' } : {},
      users: [
        ...plugins.map((plugin) => ({ name: plugin, password: PASSWORD, plugin })),
        { name: 'encrypted', password: PASSWORD, require: 'SSL' },
        { name: 'certified', password: PASSWORD, require: 'X509' },
      ],
    })
  })

  afterAll(() => server?.stop())

  function connection(user: string, target: Partial<Target> = {}, password = PASSWORD) {
    return mysqlConnection({
      config: {
        name: 'test',
        engine: 'mysql',
        target: {
          host: '127.0.0.1',
          port: server.port,
          database: 'shop',
          tls: 'verify-full',
          ca: server.authority?.cert,
          own: undefined,
          ...target,
        },
        credentials: { source: 'env', user: 'U', password: 'P' },
        floor: { readOnly: false, statementTimeoutMs: 0, masking: NO_RULES },
        functions: new Map(),
      },
      limits: LIMITS,
      clock: { monotonicMs: () => performance.now() },
      lease: () => Promise.resolve({ user, password: new Password(password), close: () => Promise.resolve() }),
    })
  }

  async function open(user: string, target: Partial<Target> = {}, wishes = {}, password = PASSWORD) {
    const opener = connection(user, target, password)
    const settings = mysqlSessionSettings({ ...WISHES, ...wishes })
    const database = await opener.open(await opener.lease(never), settings, never)
    database.close()
    return database
  }

  it.each(plugins)('proves itself by %s, over TLS and in the clear on this machine', async (plugin) => {
    expect(await open(plugin)).toMatchObject({ variables: { database: 'shop', characterSetClient: 'utf8mb4' } })
    // The second time a server may know the password's hash already.
    expect(await open(plugin)).toMatchObject({ variables: { autocommit: '1' } })
    expect(await open(plugin, { tls: 'disable' })).toMatchObject({ variables: { database: 'shop' } })
  })

  it.each(plugins)('is refused a wrong password by %s', async (plugin) => {
    await expect(open(plugin, {}, {}, 'wrong')).rejects.toMatchObject({ code: 'login-refused', retryable: false })
  })

  it('takes no server for another', async () => {
    const stranger = createAuthority().cert
    await expect(open('encrypted', { ca: stranger })).rejects.toMatchObject({ code: 'tls-failed' })
    await expect(open('encrypted', { ca: stranger, tls: 'verify-ca' })).rejects.toMatchObject({ code: 'tls-failed' })
    expect(await open('encrypted', { ca: undefined, tls: 'require' })).toBeDefined()
    expect(await open('encrypted', { host: 'localhost' })).toBeDefined()
  })

  it('shows a certificate of its own where the server wants one', async () => {
    const { cert, key } = server.clientCertificate('certified')
    expect(await open('certified', { own: { cert, key: new Secret(key) } })).toBeDefined()
    await expect(open('certified')).rejects.toMatchObject({ code: 'login-refused' })
  })

  it('begins in the schema that the client names, and in the configured one otherwise', async () => {
    const named = { startup: new Map([...WISHES.startup, ['database', 'mysql']]) }
    expect(await open(plugins[0], {}, named)).toMatchObject({ variables: { database: 'mysql' } })
    const unknown = { startup: new Map([...WISHES.startup, ['database', 'no_such_schema']]) }
    await expect(open(plugins[0], {}, unknown)).rejects.toMatchObject({ code: 'login-refused', sqlState: '42000' })
  })

  it('speaks what client and gateway agreed on, and refuses a server that does not', async () => {
    const { flags } = spoken({ localFiles: false, tls: false, compression: { zlib: false, zstd: false } })
    const plain = (flags & ~(CLIENT.DEPRECATE_EOF | CLIENT.SESSION_TRACK | MYSQL_ONLY)) >>> 0
    const { capabilities } = await open(plugins[0], {}, { startup: new Map([['capabilities', String(plain)]]) })
    expect(capabilities.flags & CLIENT.DEPRECATE_EOF).toBe(0)
    const beyond = new Map([
      ['capabilities', String((plain | CLIENT.QUERY_ATTRIBUTES) >>> 0)],
      ['mariadb_capabilities', maria ? '0' : '1'],
    ])
    await expect(open(plugins[0], {}, { startup: beyond })).rejects.toMatchObject({
      code: 'server-changed',
      retryable: true,
    })
  })

  it('keeps a session read-only and its statements within their time', async () => {
    const floor = { readOnly: true, statementTimeoutMs: 5000 }
    const database = await open(plugins[0], {}, { floor, statementTimeoutMs: 2000, idleTimeoutMs: 60_000 })
    expect(database.statementTimeoutMs).toBe(2000)
    expect(database.pins).toContain('SET SESSION TRANSACTION READ ONLY')
    expect(database.pins).toContain('SET SESSION wait_timeout = 120')
  })

  it('gives up in time on a server that is not there, or does not answer', async () => {
    await expect(open('nobody', { port: 1 })).rejects.toMatchObject({ code: 'database-unreachable', retryable: true })
  })

  it('learns what the server says of itself, and leaves no session behind', async () => {
    const { version, capabilities, reading } = await connection(plugins[0]).learn(never)
    expect(server.version.startsWith(version.split('-')[0] ?? '?')).toBe(true)
    expect(version.startsWith('5.5.5-')).toBe(false)
    expect(capabilities.flags & CLIENT.PLUGIN_AUTH).not.toBe(0)
    expect(reading.flavour).toBe(flavour)
  })

  it('knows tables, columns and what views read', async () => {
    await server.query(`
      CREATE TABLE IF NOT EXISTS shop.Base (Id int, Secret varchar(10));
      CREATE OR REPLACE VIEW shop.above AS SELECT Secret AS s FROM shop.Base;
      CREATE OR REPLACE VIEW shop.higher AS SELECT s FROM shop.above`)
    const catalog = await connection(plugins[0]).catalog.current(never)
    const base = catalog.resolve({ schema: 'shop', name: 'base' }, [])
    const above = catalog.resolve({ schema: 'shop', name: 'above' }, [])
    const higher = catalog.resolve({ schema: 'shop', name: 'higher' }, [])
    expect(Array.from(base?.columns.values() ?? [], ({ name }) => name)).toEqual(['id', 'secret'])
    expect(above).toMatchObject({ kind: 'view', reads: [base?.oid], functions: [] })
    expect(higher).toMatchObject({ kind: 'view', reads: [above?.oid], functions: [] })
  })
})

/** What MariaDB does not speak. */
const MYSQL_ONLY = CLIENT.QUERY_ATTRIBUTES | CLIENT.OPTIONAL_RESULTSET_METADATA

const WISHES = {
  startup: new Map<string, string>([['capabilities', String(CLIENT.PROTOCOL_41 | CLIENT.MULTI_RESULTS)]]),
  floor: { readOnly: false, statementTimeoutMs: 0 },
  statementTimeoutMs: 0,
  idleTimeoutMs: 0,
  subject: 'alice@example.com',
  application: 'test',
  schema: 'shop',
}

const LIMITS = {
  maskedRowBytes: 1_000_000,
  messageBytes: 1_000_000,
  statementBytes: 1_000_000,
  sessions: 10,
  bufferBytes: 1_000_000,
  connectTimeoutMs: 10_000,
  credentialsTimeoutMs: 5000,
  catalogTtlMs: 60_000,
  drainTimeoutMs: 200,
}
