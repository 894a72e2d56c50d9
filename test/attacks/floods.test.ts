import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { encodeFrontend, noticeField } from '@sallyport/pg-wire'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { codeOf, ours, setStage, type Stage } from '../faults/setup.ts'
import { createAuthority, openWire, until } from '../support/index.ts'
import { openRaw, type Raw } from './raw.ts'

const SESSIONS = 6
const PER_USER = 4
const LOGINS = 8
const LOGIN_TIMEOUT_MS = 10_000
const BOB = 'another-token-for-tests-0123456789'

let stage: Stage

beforeAll(async () => {
  const authority = createAuthority()
  const server = authority.issue({ commonName: 'gateway' })
  stage = await setStage({
    files: { 'tls.crt': server.cert, 'tls.key': server.key, 'ca.pem': authority.cert, 'bob.token': BOB },
    agentTls: { ca: 'file:ca.pem' },
    gateway: {
      tls: { cert: 'file:tls.crt', key: 'file:tls.key' },
      limits: {
        sessions: SESSIONS,
        sessions_per_user: PER_USER,
        logins: LOGINS,
        login_timeout: `${LOGIN_TIMEOUT_MS}ms`,
      },
      identity: {
        tokens: [
          { token: 'env:SALLYPORT_TEST_TOKEN', subject: 'alice@example.com', groups: ['dev'] },
          { token: 'file:bob.token', subject: 'bob@example.com', groups: ['dev'] },
        ],
      },
    },
  })
})

afterAll(async () => {
  await stage?.stop()
})

it('strangers who connect and say nothing, or half of something, keep no user out', async () => {
  const startup = encodeFrontend({
    type: 'StartupMessage',
    major: 3,
    minor: 0,
    parameters: [{ name: 'user', value: 'all' }],
  })
  const strangers: Raw[] = []
  try {
    for (let n = 0; n < LOGINS * 3; n++) {
      const stranger = await openRaw(stage.sallyport.port)
      strangers.push(stranger)
      if (n % 3 === 1) stranger.socket.write(startup.subarray(0, 6))
      if (n % 3 === 2) stranger.socket.write(startup)
    }
    const client = await stage.connect()
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    await client.end()
  } finally {
    for (const { socket } of strangers) socket.destroy()
  }
})

it('a user who logs in many times at once gets no more sessions than one after the other', async () => {
  const outcomes = await Promise.all(
    Array.from({ length: SESSIONS }, () =>
      stage.connect().then(
        (client) => client,
        (error: { code: string }) => error.code,
      ),
    ),
  )
  const clients = outcomes.filter((outcome) => typeof outcome !== 'string')
  const refused = outcomes.filter((outcome) => typeof outcome === 'string')
  await Promise.all(clients.map((client) => client.end()))
  expect(clients.length).toBe(PER_USER)
  expect(refused).toEqual(Array.from({ length: SESSIONS - PER_USER }, () => '53300'))
  await until(async () => (await codeOf(stage.connect().then((client) => client.end()))) === 'no error')
})

it('a client who goes away within the TLS handshake gives its place up at once', async () => {
  const began = performance.now()
  for (let n = 0; n < LOGINS * 2; n++) {
    const raw = await openRaw(stage.sallyport.port)
    await raw.ask(encodeFrontend({ type: 'SSLRequest' }), 1)
    // The head of a ClientHello whose rest does not come.
    raw.socket.end(Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc]))
    await raw.end(LOGIN_TIMEOUT_MS * 2)
  }
  const client = await stage.connect()
  await client.end()
  expect(performance.now() - began).toBeLessThan(LOGIN_TIMEOUT_MS)
})

it('whoever is turned away and does not hang up is hung up on', async () => {
  const garbage = Buffer.from('GET / HTTP/1.1\r\n\r\n')
  const turnedAway = await Promise.all(
    Array.from({ length: SESSIONS }, async () => {
      const socket = connect({ port: stage.sallyport.port, host: '127.0.0.1', allowHalfOpen: true })
      socket.on('error', () => undefined)
      await once(socket, 'connect')
      const ended = once(socket, 'end')
      socket.resume().write(garbage)
      await ended
      return socket
    }),
  )
  // Where the gateway's end is gone for good, a byte to it is answered by a reset.
  const isGone = (socket: Socket): boolean => {
    if (!socket.destroyed) socket.write('.')
    return socket.destroyed
  }
  const areGone = (): boolean => turnedAway.map(isGone).every(Boolean)
  expect(turnedAway.some(({ destroyed }) => destroyed)).toBe(false)
  await until(areGone, { what: 'the end of the connections', intervalMs: 100 })
})

it('what runs can be cancelled when every place is taken', async () => {
  const { port, token } = stage.sallyport
  const wire = await openWire({ port, user: 'all', database: 'postgres', password: token })
  const mine = Array.from({ length: PER_USER - 1 }, () => stage.connect())
  const theirs = Array.from({ length: SESSIONS - PER_USER }, () => stage.connect('all', { password: BOB }))
  const others = await Promise.all([...mine, ...theirs])
  const strangers = await Promise.all(Array.from({ length: LOGINS }, () => openRaw(port)))
  try {
    expect(await codeOf(stage.connect('all', { password: BOB }))).toBe('53300')
    wire.send({ type: 'Query', query: 'SELECT pg_sleep(30)' })
    await until(async () => (await ours(stage.postgres)).some(({ state }) => state === 'active'))
    await wire.cancel()
    const error = (await wire.until('ReadyForQuery', 5000)).find(({ type }) => type === 'ErrorResponse')
    expect(error?.type === 'ErrorResponse' && noticeField(error, 'sqlState')).toBe('57014')
  } finally {
    wire.destroy()
    for (const { socket } of strangers) socket.destroy()
    await Promise.all(others.map((other) => other.end()))
  }
})
