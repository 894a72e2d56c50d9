import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { cancelBackend, type Database, openDatabase, Password, type DatabaseTarget } from '@sallyport/agent'
import { encodeBackend } from '@sallyport/pg-wire'
import { afterEach, describe, expect, it } from 'vitest'
import { createAuthority, startPostgres, waitForEvent } from '../support/index.ts'

const never = new AbortController().signal
const authority = createAuthority()

describe('whoever answers instead of the database', () => {
  const servers: Server[] = []
  const sockets = new Set<Socket>()
  afterEach(async () => {
    for (const socket of sockets) socket.destroy()
    await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))))
  })

  async function listen(behave: (socket: Socket) => void): Promise<number> {
    const server = createServer((socket) => {
      sockets.add(socket)
      socket.on('error', () => {})
      behave(socket)
    })
    servers.push(server)
    server.listen(0, '127.0.0.1')
    await waitForEvent(server, 'listening')
    return (server.address() as AddressInfo).port
  }

  function open(
    port: number,
    change: Partial<DatabaseTarget> = {},
    timeoutMs = 5000,
    signal = never,
  ): Promise<Database> {
    const target: DatabaseTarget = {
      host: '127.0.0.1',
      port,
      database: 'shop',
      tls: 'verify-full',
      ca: authority.cert,
      own: undefined,
      ...change,
    }
    const lease = { user: 'shop', password: new Password('s3cret') }
    return openDatabase({ target, lease, settings: new Map(), timeoutMs }, signal)
  }

  /** Answers every SSLRequest with these bytes and keeps what comes then. */
  function answering(bytes: string, seen: Buffer[]): (socket: Socket) => void {
    return (socket) => {
      socket.once('data', () => {
        socket.write(bytes, 'latin1')
        socket.on('data', (chunk: Buffer) => seen.push(chunk))
      })
    }
  }

  /** Speaks TLS with a certificate, and whatever `behave` does then. */
  function encrypted(
    hosts: readonly string[],
    behave: (socket: TLSSocket) => void,
    issuer = authority,
    notAfter?: Date,
  ): (socket: Socket) => void {
    const credential = issuer.issue({ commonName: 'db', hosts, ...(notAfter === undefined ? {} : { notAfter }) })
    return (socket) => {
      socket.once('data', () => {
        socket.write('S')
        const tls = new TLSSocket(socket, { isServer: true, cert: credential.cert, key: credential.key })
        tls.on('error', () => {})
        behave(tls)
      })
    }
  }

  it.each([
    ['refuses TLS', 'N', 'tls-refused'],
    ['sends an error in the clear', 'E\0\0\0\x10SFATAL\0Mhi\0\0', 'database-violation'],
    ['stuffs bytes behind its yes', 'SR\0\0\0\x08\0\0\0\0', 'database-violation'],
    ['stuffs bytes behind its no', 'NR\0\0\0\x08\0\0\0\0', 'database-violation'],
    ['speaks another protocol', 'HTTP/1.1 400\r\n\r\n', 'database-violation'],
  ])('and %s is sent nothing more', async (_, bytes, code) => {
    const seen: Buffer[] = []
    const port = await listen(answering(bytes, seen))
    await expect(open(port)).rejects.toMatchObject({ code })
    await expect(open(port, { tls: 'require', ca: undefined })).rejects.toMatchObject({ code })
    expect(Buffer.concat(seen).length).toBe(0)
  })

  it.each([
    ['for another host', ['db.example.com'], authority, undefined],
    ['of another authority', ['127.0.0.1'], createAuthority(), undefined],
    ['that has expired', ['127.0.0.1'], authority, new Date(Date.now() - 1000)],
  ])('with a certificate %s learns nothing', async (_, hosts, issuer, notAfter) => {
    let heard = 0
    const port = await listen(
      encrypted(hosts, (tls) => tls.on('data', (chunk: Buffer) => (heard += chunk.length)), issuer, notAfter),
    )
    await expect(open(port)).rejects.toMatchObject({ code: 'tls-failed' })
    expect(heard).toBe(0)
  })

  it('is taken under verify-ca with a certificate for another host, and under require with any', async () => {
    const hang = (tls: TLSSocket): void =>
      void tls.on('data', () => tls.end(encodeBackend({ type: 'AuthenticationGSS' })))
    const elsewhere = await listen(encrypted(['db.example.com'], hang))
    await expect(open(elsewhere, { tls: 'verify-ca' })).rejects.toMatchObject({ code: 'login-failed' })
    const anyone = await listen(encrypted(['127.0.0.1'], hang, createAuthority()))
    await expect(open(anyone, { tls: 'require', ca: undefined })).rejects.toMatchObject({ code: 'login-failed' })
    await expect(open(anyone, { tls: 'require' })).rejects.toMatchObject({ code: 'tls-failed' })
  })

  it('gets no password in the clear, by asking over TLS that nobody verified or without any', async () => {
    const ask = (socket: Socket): void =>
      void socket.on('data', (chunk: Buffer) => {
        seen.push(chunk)
        socket.write(encodeBackend({ type: 'AuthenticationCleartextPassword' }))
      })
    const seen: Buffer[] = []
    const port = await listen(encrypted(['x'], ask, createAuthority()))
    // A name is not trusted to be this machine.
    await expect(open(port, { tls: 'require', ca: undefined, host: 'localhost' })).rejects.toMatchObject({
      code: 'login-failed',
    })
    const clear = await listen(ask)
    await expect(open(clear, { tls: 'disable', host: 'localhost' })).rejects.toMatchObject({ code: 'login-failed' })
    expect(Buffer.concat(seen).toString('latin1')).not.toContain('s3cret')
    expect(seen.length).toBe(2)
  })

  it.each([
    ['never answers', () => {}],
    ['never ends its answer', (socket: Socket) => void socket.on('data', () => socket.write('R'))],
  ])('and %s is given up in time', async (_, behave) => {
    const port = await listen(behave)
    await expect(open(port, { tls: 'disable' }, 300)).rejects.toMatchObject({
      code: 'database-timeout',
      retryable: true,
    })
    await expect(
      cancelBackend(targetAt(port), { processId: 1, secretKey: new Uint8Array(4) }, 300),
    ).rejects.toMatchObject({
      code: 'cancel-unsettled',
    })
  })

  it('is given up at once when the session ends first', async () => {
    const controller = new AbortController()
    const port = await listen((socket) => void socket.on('data', () => controller.abort()))
    await expect(open(port, {}, 5000, controller.signal)).rejects.toMatchObject({ code: 'database-aborted' })
  })

  it.each([
    ['closes at once', (socket: Socket) => socket.destroy(), 'database-lost'],
    [
      'sends garbage',
      (socket: Socket) => void socket.on('data', () => socket.write('garbage garbage')),
      'database-violation',
    ],
    [
      'announces a message of 2 GiB',
      (socket: Socket) => void socket.on('data', () => socket.write('R\x7f\xff\xff\xff', 'latin1')),
      'database-violation',
    ],
    [
      'announces a length below 4',
      (socket: Socket) => void socket.on('data', () => socket.write('R\0\0\0\x03')),
      'database-violation',
    ],
  ])('and %s is an error, not a crash', async (_, behave, code) => {
    const port = await listen(behave)
    await expect(open(port, { tls: 'disable' })).rejects.toMatchObject({ code })
  })

  it('is asked in an older version when it refuses the newer one outright', async () => {
    const versions: number[] = []
    const port = await listen((socket) => {
      socket.on('data', (chunk: Buffer) => {
        versions.push(chunk.readUInt16BE(6))
        const fields = [
          { code: 'S', value: 'FATAL' },
          { code: 'C', value: '08P01' },
          { code: 'M', value: 'unsupported' },
        ]
        socket.end(encodeBackend({ type: 'ErrorResponse', fields }))
      })
    })
    await expect(open(port, { tls: 'disable' })).rejects.toMatchObject({ code: 'login-refused', sqlState: '08P01' })
    expect(versions).toEqual([2, 0])
  })

  it('cannot pass for a session that keeps its settings', async () => {
    const port = await listen((socket) => {
      socket.once('data', () => {
        socket.write(encodeBackend({ type: 'AuthenticationOk' }))
        socket.write(encodeBackend({ type: 'ReadyForQuery', status: 'idle' }))
        socket.once('data', () => {
          const values = ['["pg_catalog"]', 'UTF8', 'off', 'off'].map((text) => Buffer.from(text))
          socket.write(encodeBackend({ type: 'DataRow', values }))
          socket.write(encodeBackend({ type: 'ReadyForQuery', status: 'idle' }))
        })
      })
    })
    const target = targetAt(port)
    const settings = new Map([['standard_conforming_strings', 'on']])
    const opening = openDatabase(
      { target, lease: { user: 'x', password: undefined }, settings, timeoutMs: 5000 },
      never,
    )
    await expect(opening).rejects.toMatchObject({ code: 'settings-not-kept' })
  })

  function targetAt(port: number): DatabaseTarget {
    return { host: '127.0.0.1', port, database: 'shop', tls: 'disable', ca: undefined, own: undefined }
  }
})

it.each(['ec', 'rsa'] as const)('channel binding holds with a certificate of type %s', async (keyType) => {
  const server = await startPostgres({ tls: { keyType }, users: [{ name: 'shop', password: 's3cret' }] })
  try {
    const ca = server.authority?.cert
    const target = {
      host: '127.0.0.1',
      port: server.port,
      database: 'postgres',
      tls: 'verify-full',
      ca,
      own: undefined,
    } as const
    const lease = { user: 'shop', password: new Password('s3cret') }
    const database = await openDatabase({ target, lease, settings: new Map(), timeoutMs: 5000 }, never)
    expect(database.authentication.channelBound).toBe(true)
    database.close()
  } finally {
    await server.stop()
  }
})
