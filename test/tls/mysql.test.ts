import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { createConnection as createMariadb } from 'mariadb'
import { createConnection } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  ANYTHING,
  createAuthority,
  mysqlFlavours,
  mysqlInstallation,
  openMysqlWire,
  openWire,
  readAudit,
  runMysqlProgram,
  startMysqlServer,
  startPostgres,
  startSallyport,
  until,
  type MysqlFlavour,
  type MysqlLogin,
  type MysqlWireOptions,
  type TestMysql,
  type TestPostgres,
  type TestSallyport,
} from '../support/index.ts'
import { servedName } from './served-name.ts'

const authority = createAuthority()
const stranger = createAuthority('somebody else')
let postgres: TestPostgres

beforeAll(async () => {
  postgres = await startPostgres()
})

afterAll(async () => {
  await postgres?.stop()
})

describe.each(mysqlFlavours())('before %s', (server) => {
  let mysql: TestMysql
  let sallyport: TestSallyport

  beforeAll(async () => {
    mysql = await startMysqlServer(server, { tls: true })
    // A name and no address: who connects by the address finds it missing.
    const { cert, key } = authority.issue({ commonName: 'gateway', hosts: ['localhost'] })
    const tunnel = authority.issue({ commonName: 'tunnel' })
    sallyport = await startSallyport({
      connections: [
        {
          name: 'all',
          engine: 'mysql',
          guardrails: ['anything'],
          target: {
            host: mysql.host,
            port: mysql.port,
            database: mysql.database,
            tls: 'verify-full',
            ca: 'file:db.pem',
          },
          user: mysql.user,
          password: mysql.password,
        },
        {
          name: 'postgres',
          target: { host: postgres.host, port: postgres.port, database: 'postgres' },
          user: postgres.user,
          password: postgres.password,
        },
      ],
      guardrails: ANYTHING,
      files: {
        'tls.crt': cert,
        'tls.key': key,
        'tunnel.crt': tunnel.cert,
        'tunnel.key': tunnel.key,
        'ca.pem': authority.cert,
        'other.pem': stranger.cert,
        'db.pem': mysql.authority?.cert ?? '',
      },
      agentTls: { ca: 'file:ca.pem' },
      gateway: {
        tls: { cert: 'file:tls.crt', key: 'file:tls.key' },
        tunnel_tls: { cert: 'file:tunnel.crt', key: 'file:tunnel.key' },
      },
    })
  })

  afterAll(async () => {
    await sallyport?.stop()
    await mysql?.stop()
  })

  const login = (host: string): MysqlLogin => ({
    host,
    port: sallyport.mysqlPort,
    user: 'all',
    password: sallyport.token,
    database: mysql.database,
  })
  const over = (ca = authority.cert): MysqlWireOptions => ({ ...login('127.0.0.1'), tls: { ca } })
  const logins = async (): Promise<number> =>
    (await readAudit(sallyport.auditDirectory)).filter(({ type }) => type === 'login').length

  const ask = (name: string, host: string, ca: 'ca.pem' | 'other.pem'): Promise<string> => {
    const pem = ca === 'ca.pem' ? authority.cert : stranger.cert
    return CLIENTS[name]!(login(host), { file: join(sallyport.directory, ca), pem })
  }

  describe.each(Object.keys(CLIENTS).filter(isHere))('%s', (name) => {
    it('verifies the certificate and works', async () => {
      expect(await ask(name, 'localhost', 'ca.pem')).toBe('encrypted: 1')
    })

    it('turns away from a certificate of another authority, and shows no password', async () => {
      const before = await logins()
      await expect(ask(name, 'localhost', 'other.pem')).rejects.toThrow(/certificate|issuer|verif/i)
      expect(await logins()).toBe(before)
    })
  })

  // Drivers do not hold an address against a certificate, or only behind the login.
  it.each(Object.keys(CLIENTS).filter((name) => isHere(name) && name.startsWith('the client')))(
    '%s turns away from a certificate of another name',
    async (name) => {
      const before = await logins()
      await expect(ask(name, '127.0.0.1', 'ca.pem')).rejects.toThrow(/certificate|match|verif/i)
      expect(await logins()).toBe(before)
    },
  )

  it('bytes in the clear behind the request for TLS are never read as anything else', async () => {
    const before = await logins()
    const [request, response] = [sslRequest(), clearLogin('all', sallyport.token)]
    for (const injected of [response, Buffer.from('\u0001\0\0\u0002\u000e', 'latin1'), Buffer.alloc(5)]) {
      const { socket, greeting } = await greeted(sallyport.mysqlPort)
      expect(greeting[4]).toBe(10)
      socket.write(Buffer.concat([request, injected]))
      const secure = connectTls({ socket, ca: authority.cert, servername: 'localhost' })
      const [error] = (await once(secure, 'error')) as [Error]
      expect(error.message).toMatch(/socket disconnected|alert|wrong version|ECONNRESET|packet length/i)
      expect(secure.authorized).toBe(false)
    }
    // In one piece, and nothing follows: the answer is TLS's own or none.
    const { socket } = await greeted(sallyport.mysqlPort)
    const chunks: Buffer[] = []
    socket.on('data', (chunk) => chunks.push(chunk)).resume()
    socket.write(Buffer.concat([request, response]))
    await once(socket, 'close')
    expect(Buffer.concat(chunks).length === 0 || chunks[0]?.[0] === TLS_ALERT).toBe(true)
    expect(await logins()).toBe(before)
    const wire = await openMysqlWire(over())
    expect((await wire.query('SELECT 1')).some(({ kind }) => kind === 'row')).toBe(true)
    wire.destroy()
  })

  it('a renewed certificate is served on both ports after a reload, and running sessions go on', async () => {
    const running = await openMysqlWire(over())
    const postgresLogin = { user: 'postgres', database: 'postgres', password: sallyport.token, port: sallyport.port }
    const runningPostgres = await openWire({ ...postgresLogin, tls: { ca: authority.cert, servername: 'localhost' } })
    const renewed = authority.issue({ commonName: 'gateway renewed', hosts: ['localhost'] })
    await writeFile(join(sallyport.directory, 'tls.key'), renewed.key)
    await writeFile(join(sallyport.directory, 'tls.crt'), renewed.cert)
    await until(async () => (await servedTo(over())) === 'gateway renewed', { what: 'the renewed certificate' })
    expect(await servedName(sallyport.port, authority.cert)).toBe('gateway renewed')
    expect((await running.query('SELECT 1')).some(({ kind }) => kind === 'row')).toBe(true)
    expect((await runningPostgres.query('SELECT 1')).at(-1)).toEqual({ type: 'ReadyForQuery', status: 'idle' })
    running.destroy()
    runningPostgres.destroy()
  })
})

type Ask = (login: MysqlLogin, ca: { readonly file: string; readonly pem: string }) => Promise<string>

/** Clients that verify the certificate's authority and name; they answer with what they say of the encryption, and 1. */
const CLIENTS: Readonly<Record<string, Ask>> = {
  'the client of MariaDB': program('mariadb', ['--ssl', '--ssl-verify-server-cert']),
  'the client of MySQL': program('mysql', ['--ssl-mode=VERIFY_IDENTITY']),
  mysql2: async (login, { pem }) => {
    const client = await createConnection({ ...login, ssl: { ca: pem, verifyIdentity: true } })
    const [rows] = await client.query('SELECT 1 AS one')
    const { stream } = (client as unknown as { connection: { stream: Partial<TLSSocket> } }).connection
    await client.end()
    return `${stream.encrypted === true ? 'encrypted' : 'plain'}: ${(rows as { one: number }[])[0]?.one}`
  },
  "MariaDB's connector": async (login, { pem }) => {
    const client = await createMariadb({ ...login, ssl: { ca: pem } })
    const [row] = await client.query<{ one: number }[]>('SELECT 1 AS one')
    await client.end()
    return `encrypted: ${row?.one}`
  },
}

function isHere(name: string): boolean {
  const flavour = name === 'the client of MariaDB' ? 'mariadb' : name === 'the client of MySQL' ? 'mysql' : undefined
  return flavour === undefined || mysqlInstallation(flavour)?.program('client') !== undefined
}

function program(flavour: MysqlFlavour, args: readonly string[]): Ask {
  return async (login, { file }) => {
    const input = 'status\nSELECT 1 AS one;\n'
    const all = [...args, `--ssl-ca=${file}`]
    const { stdout, stderr, code } = await runMysqlProgram(login, { flavour, program: 'client', args: all, input })
    if (code !== 0) throw new Error(stderr)
    return `${/SSL:\s+Cipher in use is TLS/.test(stdout) ? 'encrypted' : 'plain'}: ${stdout.trim().split('\n').at(-1)}`
  }
}

/** The common name of the certificate that a new session is shown. */
async function servedTo(options: MysqlWireOptions): Promise<string> {
  const wire = await openMysqlWire(options)
  const { subject } = (wire.socket as TLSSocket).getPeerCertificate()
  wire.destroy()
  return String(subject.CN)
}

/** A connection that has been given its greeting. */
async function greeted(port: number): Promise<{ readonly socket: Socket; readonly greeting: Buffer }> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  const [greeting] = (await once(socket, 'data')) as [Buffer]
  socket.pause()
  return { socket, greeting }
}

/** Packet 1: capabilities with CLIENT_SSL, the largest packet, a collation, 23 bytes of nothing. */
function sslRequest(): Buffer {
  const packet = Buffer.alloc(4 + 32)
  packet.writeUIntLE(32, 0, 3)
  packet[3] = 1
  packet.writeUInt32LE(CAPABILITIES, 4)
  packet.writeUInt32LE(1 << 24, 8)
  packet[12] = 45
  return packet
}

/** Packet 2: the same, and behind it who comes, and the password as mysql_clear_password has it. */
function clearLogin(user: string, password: string): Buffer {
  const secret = Buffer.from(`${password}\0`)
  const body = Buffer.concat([
    sslRequest().subarray(4),
    Buffer.from(`${user}\0`),
    Buffer.of(secret.length),
    secret,
    Buffer.from('mysql_clear_password\0'),
  ])
  const header = Buffer.of(0, 0, 0, 2)
  header.writeUIntLE(body.length, 0, 3)
  return Buffer.concat([header, body])
}

/** PROTOCOL_41, SSL, SECURE_CONNECTION, PLUGIN_AUTH. */
const CAPABILITIES = 0x0000_0200 | 0x0000_0800 | 0x0000_8000 | 0x0008_0000
/** ContentType alert (RFC 8446, 5.1). */
const TLS_ALERT = 21
