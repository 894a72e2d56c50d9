import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { encodeFrontend } from '@sallyport/pg-wire'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  createAuthority,
  openWire,
  startPostgres,
  startSallyport,
  until,
  type Authority,
  type TestPostgres,
  type TestSallyport,
  type WireOptions,
} from '../support/index.ts'
import { servedName } from './served-name.ts'

let authority: Authority
let postgres: TestPostgres
let sallyport: TestSallyport

beforeAll(async () => {
  authority = createAuthority()
  const [server, tunnel] = [authority.issue({ commonName: 'gateway' }), authority.issue({ commonName: 'tunnel' })]
  const agent = authority.issue({ commonName: 'agent-one', use: 'client' })
  postgres = await startPostgres({ tls: true })
  const target = {
    host: '127.0.0.1',
    port: postgres.port,
    database: 'postgres',
    tls: 'verify-full',
    ca: 'file:db-ca.pem',
  }
  sallyport = await startSallyport({
    connections: [{ name: 'all', target, user: postgres.user, password: postgres.password }],
    files: {
      'tls.crt': server.cert,
      'tls.key': server.key,
      'tunnel.crt': tunnel.cert,
      'tunnel.key': tunnel.key,
      'agent.crt': agent.cert,
      'agent.key': agent.key,
      'ca.pem': authority.cert,
      'db-ca.pem': postgres.authority?.cert ?? '',
    },
    gateway: {
      tls: { cert: 'file:tls.crt', key: 'file:tls.key' },
      tunnel_tls: { cert: 'file:tunnel.crt', key: 'file:tunnel.key', client_ca: 'file:ca.pem' },
      agents: [{ name: 'local', token: 'env:SALLYPORT_TEST_AGENT', certificate: 'agent-one' }],
    },
    agentTls: { ca: 'file:ca.pem', cert: 'file:agent.crt', key: 'file:agent.key' },
  })
})

afterAll(async () => {
  await sallyport?.stop()
  await postgres?.stop()
})

function options(tls?: WireOptions['tls']): WireOptions {
  const { port, token } = sallyport
  return { port, user: 'all', database: 'postgres', password: token, ...(tls === undefined ? {} : { tls }) }
}

it('a whole path under TLS: client to gateway, agent to gateway with both certificates, agent to database', async () => {
  const wire = await openWire(options({ ca: authority.cert, servername: 'localhost' }))
  const [row] = (await wire.query('SELECT ssl::text FROM pg_stat_ssl WHERE pid = pg_backend_pid()')).filter(
    ({ type }) => type === 'DataRow',
  )
  expect(row).toMatchObject({ values: [Buffer.from('true')] })
  wire.destroy()
})

it('a client may open TLS at once, if it names the protocol', async () => {
  const wire = await openWire(options({ ca: authority.cert, servername: 'localhost', direct: true }))
  expect((await wire.query('SELECT 1')).at(-1)).toEqual({ type: 'ReadyForQuery', status: 'idle' })
  wire.destroy()
  const nameless = connectTls({ port: sallyport.port, host: '127.0.0.1', ca: authority.cert, servername: 'localhost' })
  nameless.on('error', () => undefined).resume()
  await once(nameless, 'close')
  expect(nameless.destroyed).toBe(true)
})

it('a client that trusts another authority does not connect', async () => {
  const other = createAuthority('somebody else')
  await expect(openWire(options({ ca: other.cert, servername: 'localhost' }))).rejects.toThrow(
    /certificate|signature|issuer/i,
  )
})

it('bytes in the clear behind an SSLRequest are a violation, whatever they say', async () => {
  const socket = connect(sallyport.port, '127.0.0.1')
  await once(socket, 'connect')
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk))
  socket.write(
    Buffer.concat([encodeFrontend({ type: 'SSLRequest' }), encodeFrontend({ type: 'Query', query: 'SELECT 1' })]),
  )
  await once(socket, 'close')
  const answer = Buffer.concat(chunks)
  expect(answer[0]).toBe(0x45) // 'E': no TLS was agreed to
  expect(answer.toString()).toContain('08P01')
})

it('over loopback a password may come in the clear', async () => {
  const wire = await openWire(options())
  expect((await wire.query('SELECT 1')).at(-1)).toEqual({ type: 'ReadyForQuery', status: 'idle' })
  wire.destroy()
})

it('a renewed certificate is served after a reload, and running sessions go on', async () => {
  const wire = await openWire(options({ ca: authority.cert, servername: 'localhost' }))
  const renewed = authority.issue({ commonName: 'gateway renewed' })
  await writeFile(join(sallyport.directory, 'tls.key'), renewed.key)
  await writeFile(join(sallyport.directory, 'tls.crt'), renewed.cert)
  await until(async () => (await servedName(sallyport.port, authority.cert)) === 'gateway renewed', {
    what: 'the renewed certificate',
  })
  expect((await wire.query('SELECT 1')).at(-1)).toEqual({ type: 'ReadyForQuery', status: 'idle' })
  wire.destroy()
})
