import { connect } from 'node:http2'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { authenticateKnown, dialTunnel, listenTunnel } from './index.ts'
import type { Authenticate } from './index.ts'
import { createAuthority } from './testing/certificates.ts'
import { OPEN, QUICK, Recorder, clock, echo, startAgent, startGateway } from './testing/tunnel.ts'

test('an agent with a wrong token is refused, is told so, and tries again later', async () => {
  const { server, port, refused } = await startGateway()
  const agent = startAgent(port, { token: () => 'wrong' })
  expect(await refused.next()).toBe('the credentials are not those of a known agent')
  expect(await agent.detached.next()).toMatchObject({ code: 'unauthenticated', retryMs: expect.any(Number) })
  await agent.detached.next()
  expect(server.agents()).toEqual([])
})

test('an agent without a token is refused', async () => {
  const { port } = await startGateway()
  const agent = dialTunnel({
    addresses: [`127.0.0.1:${port}`],
    name: 'local',
    version: '1',
    connections: [],
    onSession: () => {},
    onDetached: (_, { code }) => codes.push(code),
    clock,
    random: () => 0.5,
  })
  const codes: string[] = []
  onTestFinished(() => agent.close())
  await expect.poll(() => codes[0]).toBe('unauthenticated')
})

test('an authenticator that throws refuses', async () => {
  const authenticate: Authenticate = () => {
    throw new Error('the store is away')
  }
  const { port } = await startGateway({ authenticate })
  expect(await startAgent(port).detached.next()).toMatchObject({ code: 'unauthenticated' })
})

test('an agent is who its credentials say, not who it says', async () => {
  const { port, attached } = await startGateway()
  startAgent(port, { name: 'other' })
  expect(await attached.next()).toMatchObject({ name: 'local' })
})

test('an agent that picks up its new token attaches with it', async () => {
  const { port, attached } = await startGateway()
  let token = 'old'
  const agent = startAgent(port, { token: () => token })
  expect(await agent.detached.next()).toMatchObject({ code: 'unauthenticated' })
  token = 'secret'
  expect(await attached.next()).toMatchObject({ name: 'local' })
})

test('a token or certificate that cannot be read is asked for again', async () => {
  const { port, attached } = await startGateway()
  const answers = ['two\nlines', undefined, 'secret']
  const agent = startAgent(port, {
    token: () => {
      const answer = answers.shift()
      if (answer === undefined) throw new Error('no such file')
      return answer
    },
  })
  for (const why of ['a token is one line of visible ASCII', 'no such file']) {
    const message = `the credentials of this agent cannot be used: ${why}`
    expect(await agent.detached.next()).toMatchObject({ code: 'unauthenticated', message })
  }
  expect(await attached.next()).toMatchObject({ name: 'local' })
})

test('a renewed certificate is used for new connections, and those that stand keep theirs', async () => {
  const before = createAuthority('before')
  const after = createAuthority('after')
  const { server, port, attached, detached } = await startGateway({ tls: before.issue('gateway') })
  startAgent(port, { tls: { ca: before.cert } })
  await attached.next()
  server.replaceTls(after.issue('gateway'))
  startAgent(port, { tls: () => ({ ca: after.cert }) })
  await attached.next()
  expect([server.agents().length, detached.size]).toEqual([2, 0])
  const plain = await startGateway()
  expect(() => plain.server.replaceTls(after.issue('gateway'))).toThrow(expect.objectContaining({ code: 'misuse' }))
})

test('a connection that never calls is closed', async () => {
  const { port } = await startGateway({ limits: { helloTimeoutMs: 20 } })
  const session = connect(`http://127.0.0.1:${port}`)
  session.on('error', () => {})
  await once(session, 'close')
  expect(session.destroyed).toBe(true)
})

test('a connection that was refused, or only calls what is not there, is closed however it goes on', async () => {
  const { port } = await startGateway({ limits: { helloTimeoutMs: 50, closeTimeoutMs: 20 } })
  for (const path of ['/sallyport.tunnel.v1.Tunnel/Attach', '/sallyport.tunnel.v1.Tunnel/Session', '/nothing']) {
    const session = connect(`http://127.0.0.1:${port}`)
    session.on('error', () => {})
    const knock = (): void => {
      if (session.closed || session.destroyed) return
      const headers = {
        ':method': 'POST',
        ':path': path,
        'content-type': 'application/grpc',
        authorization: 'Bearer wrong',
      }
      session
        .request(headers)
        .on('error', () => {})
        .on('close', knock)
        .resume()
    }
    knock()
    await once(session, 'close')
    expect(session.destroyed).toBe(true)
  }
})

test('plaintext is for loopback only, unless someone insists', async () => {
  const gateway = {
    gateway: 'gw',
    version: '1',
    authenticate: () => undefined,
    clock,
    randomBytes: (n: number) => new Uint8Array(n),
  }
  await expect(listenTunnel({ ...gateway, host: '0.0.0.0', port: 0 })).rejects.toMatchObject({
    code: 'insecure-address',
  })
  const agent = { name: 'a', version: '1', connections: [], onSession: () => {}, clock, random: () => 0 }
  expect(() => dialTunnel({ ...agent, addresses: ['gateway.example.com:8701'] })).toThrow(
    expect.objectContaining({ code: 'insecure-address' }),
  )
  expect(() => dialTunnel({ ...agent, addresses: ['localhost'] })).toThrow(expect.objectContaining({ code: 'misuse' }))
  const server = await listenTunnel({ ...gateway, host: '0.0.0.0', port: 0, allowPlaintext: true })
  await server.close()
})

test('a port that is taken is a clear error', async () => {
  const { port } = await startGateway()
  await expect(startGateway({ port })).rejects.toMatchObject({
    code: 'listen-failed',
    message: `cannot listen on 127.0.0.1:${port}`,
  })
})

test('over TLS the agent verifies the gateway, and its token proves the agent', async () => {
  const authority = createAuthority('Sallyport test')
  const { cert, key } = authority.issue('gateway')
  const { server, port, attached } = await startGateway({ tls: { cert, key } })
  startAgent(port, { tls: { ca: authority.cert }, onSession: echo })
  await attached.next()
  const got = new Recorder(await openAndSend(server))
  expect((await got.read(4)).toString()).toBe('ping')

  const stranger = startAgent(port, { tls: { ca: createAuthority('someone else').cert } })
  expect(await stranger.detached.next()).toMatchObject({
    code: 'unreachable',
    message: expect.stringMatching(/CERT|SIGNATURE|ISSUER/),
  })
})

test('an agent in plaintext cannot attach to a gateway with TLS', async () => {
  const { cert, key } = createAuthority('Sallyport test').issue('gateway')
  const { port } = await startGateway({ tls: { cert, key } })
  expect(await startAgent(port, { limits: { connectTimeoutMs: 200 } }).detached.next()).toMatchObject({
    code: 'unreachable',
  })
})

test('with mTLS the certificate alone proves the agent, and one of another authority does not', async () => {
  const authority = createAuthority('Sallyport test')
  const { cert, key } = authority.issue('gateway')
  const { server, port, attached } = await startGateway({
    tls: { cert, key, clientCa: authority.cert },
    authenticate: authenticateKnown([{ name: 'local', certificateSubject: 'agent-1' }]),
  })
  const mine = authority.issue('agent-1')
  startAgent(port, { token: () => 'ignored', tls: { ca: authority.cert, ...mine }, onSession: echo })
  expect(await attached.next()).toMatchObject({ name: 'local' })
  const got = new Recorder(await openAndSend(server))
  expect((await got.read(4)).toString()).toBe('ping')

  const forged = startAgent(port, { tls: { ca: authority.cert, ...createAuthority('forger').issue('agent-1') } })
  expect(await forged.detached.next()).toMatchObject({ code: 'unreachable' })
  const bare = startAgent(port, { tls: { ca: authority.cert } })
  expect(await bare.detached.next()).toMatchObject({ code: 'unreachable' })
  const colleague = startAgent(port, { tls: { ca: authority.cert, ...authority.issue('agent-2') } })
  expect(await colleague.detached.next()).toMatchObject({ code: 'unauthenticated' })
})

test('where a token and a certificate are both named, one without the other is refused', () => {
  const authenticate = authenticateKnown([{ name: 'local', token: 'secret', certificateSubject: 'agent-1' }])
  const nothing = { token: undefined, certificateSubject: undefined, certificateFingerprint: undefined }
  expect(authenticate({ ...nothing, token: 'secret' })).toBeUndefined()
  expect(authenticate({ ...nothing, certificateSubject: 'agent-1' })).toBeUndefined()
  expect(authenticate({ ...nothing, token: 'secret', certificateSubject: 'agent-1' })).toBe('local')
})

test('an agent in the configuration that names neither token nor certificate can never attach', () => {
  const authenticate = authenticateKnown([{ name: 'local' }, { name: 'empty', token: '' }])
  expect(
    authenticate({ token: undefined, certificateSubject: undefined, certificateFingerprint: undefined }),
  ).toBeUndefined()
})

test('what an agent announces later replaces what it offered', async () => {
  const { server, port, attached } = await startGateway({ limits: QUICK })
  const agent = startAgent(port, { onSession: echo })
  await attached.next()
  agent.client.announce([{ name: 'crm', engine: 'postgres', capabilities: [] }])
  await expect.poll(() => server.agents()[0]?.connections[0]?.name).toBe('crm')
  await expect(server.openSession(OPEN, { agent: 'local' })).rejects.toMatchObject({
    code: 'no-agent',
    retryable: true,
  })
  await server.openSession({ ...OPEN, connection: 'crm' }, { agent: 'local' })
})

test('what an agent announces before its hello is answered is not lost', async () => {
  const { server, port } = await startGateway({ limits: QUICK })
  const agent = startAgent(port, { onSession: echo })
  agent.client.announce([{ name: 'crm', engine: 'postgres', capabilities: [] }])
  await expect.poll(() => server.agents()[0]?.connections[0]?.name).toBe('crm')
})

async function openAndSend(server: Awaited<ReturnType<typeof startGateway>>['server']) {
  const session = await server.openSession(OPEN, { agent: 'local' })
  session.send(Buffer.from('ping'))
  return session
}
