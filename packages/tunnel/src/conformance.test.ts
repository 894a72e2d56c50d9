import { expect, test } from 'vitest'
import { Events, OPEN, QUICK, READY, Recorder, echo, startAgent, startGateway } from './testing/tunnel.ts'
import { grpcJsAgent, grpcJsGateway } from './grpc.ts'
import type { Message } from './grpc.ts'

// The other end is grpc-js with the .proto itself: what passes here is gRPC, and not only what this package thinks it is.

const HELLO = { hello: { name: 'local', version: '9', connections: [{ name: 'shop', engine: 'postgres' }] } }
const LOCAL = { agent: 'local' } as const

test('an agent by grpc-js attaches, joins, and relays 5 MB in frames of its own size', async () => {
  const { server, port, attached } = await startGateway()
  const { session } = await joined(port, server, attached)
  const got = new Recorder(session.gateway)
  const bytes = Buffer.alloc(500_000, 'abcdefg')
  for (let i = 0; i < 10; i++) session.call.write({ data: bytes })
  session.call.write({
    report: { redactions: [{ statement: 3, table: 'customers', column: 'email', strategy: 'partial', count: 12 }] },
  })
  expect((await got.read(5_000_000)).equals(Buffer.concat(Array.from({ length: 10 }, () => bytes)))).toBe(true)
  expect(await got.controls.next()).toMatchObject({
    type: 'report',
    redactions: [{ statement: 3, column: 'email', count: 12 }],
  })

  session.gateway.send(Buffer.from('select 1'))
  session.gateway.control({ type: 'cancel' })
  expect(await session.frames.next()).toMatchObject({ frame: 'data', data: Buffer.from('select 1') })
  expect(await session.frames.next()).toMatchObject({ frame: 'cancel' })

  session.call.write({ close: { code: 'ended' } })
  session.call.end()
  expect(await got.closed).toEqual({ code: 'ended', message: '', by: 'remote' })
})

test('an agent by grpc-js reads Open as the .proto says it', async () => {
  const { server, port, attached } = await startGateway()
  const { open } = await joined(port, server, attached)
  expect(open).toMatchObject({
    sessionId: 's-1',
    identity: { subject: 'alice@example.com', groups: ['dev'] },
    startup: { database: 'shop' },
    limits: { statementTimeoutMs: 1000 },
  })
})

test('an agent by grpc-js with a wrong token gets status UNAUTHENTICATED', async () => {
  const { port } = await startGateway()
  const call = grpcJsAgent(port, 'wrong')('Attach')
  call.write(HELLO)
  call.resume()
  const code = await new Promise((resolve) => call.on('status', (status: { code: number }) => resolve(status.code)))
  expect(code).toBe(16)
})

test('this agent attaches to a gateway by grpc-js, and relays', async () => {
  const hellos = new Events<Message>()
  const frames = new Events<Message>()
  const port = await grpcJsGateway({
    Attach: (call) => {
      call.on('data', (message: Message) => {
        if (message['message'] !== 'hello') return
        hellos.push({ ...(message['hello'] as Message), authorization: call.metadata.get('authorization') })
        call.write({ welcome: { gateway: 'theirs', agent: 'local' } })
        call.write({ openSession: { ticket: 'a ticket' } })
      })
      call.on('end', () => call.end())
    },
    Session: (call) => {
      call.on('data', (frame: Message) => {
        frames.push(frame)
        if (frame['frame'] === 'join')
          call.write({ open: { sessionId: 'theirs-1', connection: 'shop', engine: 'postgres' } })
        if (frame['frame'] === 'ready') call.write({ data: Buffer.alloc(300_000, 'x') })
        if (frame['frame'] === 'close') call.end()
      })
    },
  })
  const agent = startAgent(port)
  expect(await hellos.next()).toMatchObject({ name: 'local', authorization: ['Bearer secret'] })
  const session = await agent.sessions.next()
  expect(session.open).toMatchObject({ sessionId: 'theirs-1', engine: 'postgres' })
  session.ready(READY)
  const got = new Recorder(session)
  expect((await got.read(300_000)).every((byte) => byte === 0x78)).toBe(true)
  session.send(Buffer.from('answer'))
  session.end()
  expect(await got.closed).toMatchObject({ code: 'ended', by: 'local' })
  expect(await Promise.all([1, 2, 3, 4].map(() => frames.next()))).toMatchObject([
    { frame: 'join', join: { ticket: 'a ticket' } },
    { frame: 'ready', ready: { serverVersion: '18.0' } },
    { frame: 'data', data: Buffer.from('answer') },
    { frame: 'close', close: { code: 'ended' } },
  ])
})

test('a ticket is good for one Join, and only for the agent that it was given to', async () => {
  const { server, port, attached } = await startGateway()
  startAgent(port, { token: () => 'other-secret' })
  await attached.next()
  const { attach, tickets } = await attachedByGrpcJs(port)
  await attached.next()
  const opening = server.openSession(OPEN, LOCAL)
  const ticket = await tickets.next()
  const thief = sessionCall(port, 'other-secret')
  thief.call.write({ join: { ticket } })
  expect(await thief.frames.next()).toMatchObject({
    close: { code: 'protocol-violation', message: 'no session waits for this ticket' },
  })

  const first = sessionCall(port, 'secret')
  first.call.write({ join: { ticket } })
  expect(await first.frames.next()).toMatchObject({ frame: 'open' })
  const second = sessionCall(port, 'secret')
  second.call.write({ join: { ticket } })
  expect(await second.frames.next()).toMatchObject({ close: { code: 'protocol-violation' } })
  first.call.write({ ready: {} })
  expect((await opening).agent).toBe('local')
  attach.end()
})

test('a Session call with credentials that no attached agent has is refused', async () => {
  const { port } = await startGateway()
  const { call } = sessionCall(port, 'secret')
  call.write({ join: { ticket: 'x' } })
  const code = await new Promise((resolve) => call.on('status', (status: { code: number }) => resolve(status.code)))
  expect(code).toBe(16)
})

test('what an agent may not send ends its session, and only that', async () => {
  const { server, port, attached } = await startGateway({ limits: { maxMessageBytes: 100_000 } })
  const { attach, tickets } = await attachedByGrpcJs(port)
  await attached.next()
  const violations: [Message, string][] = [
    [{ join: { ticket: 'again' } }, 'protocol-violation'],
    [{ open: {} }, 'protocol-violation'],
    [{ cancel: {} }, 'protocol-violation'],
    [{ policy: {} }, 'protocol-violation'],
    [{ ready: {} }, 'protocol-violation'],
    [{ refused: {} }, 'protocol-violation'],
    [{}, 'protocol-violation'],
    [{ data: Buffer.alloc(100_001) }, 'message-too-large'],
  ]
  for (const [frame, code] of violations) {
    const opening = server.openSession(OPEN, LOCAL)
    const ticket = await tickets.next()
    const { call } = sessionCall(port, 'secret')
    call.write({ join: { ticket } })
    call.write({ ready: {} })
    const got = new Recorder(await opening)
    call.write(frame)
    expect([frame, (await got.closed).code]).toEqual([frame, code])
  }
  expect(server.agents().map(({ sessions }) => sessions)).toEqual([0])
  attach.end()
})

test('an agent that breaks the control stream is detached with its sessions', async () => {
  for (const message of [HELLO, {}, { hello: HELLO.hello, heartbeat: {} }]) {
    const { server, port, attached, detached } = await startGateway()
    const { session, attach } = await joined(port, server, attached)
    const got = new Recorder(session.gateway)
    attach.write(message)
    expect(await detached.next()).toMatchObject({ code: 'protocol-violation' })
    expect(await got.closed).toMatchObject({ code: 'agent-lost' })
  }
})

test('an agent that authenticates and never says hello is dropped', async () => {
  const { server, port } = await startGateway({ limits: { ...QUICK, helloTimeoutMs: 20 } })
  const call = grpcJsAgent(port, 'secret')('Attach')
  call.resume()
  const code = await new Promise((resolve) => call.on('status', (status: { code: number }) => resolve(status.code)))
  expect(code).not.toBe(0)
  expect(server.agents()).toEqual([])
})

test('a call of an unknown method is answered, and the gateway goes on', async () => {
  const { server, port, attached } = await startGateway()
  const session = (await import('node:http2')).connect(`http://127.0.0.1:${port}`)
  const status = (path: string, type: string) =>
    new Promise((resolve) => {
      const stream = session.request({ ':method': 'POST', ':path': path, 'content-type': type })
      stream.on('response', (headers) => resolve([headers[':status'], headers['grpc-status']]))
      stream.end()
    })
  expect(await status('/sallyport.tunnel.v1.Tunnel/Nothing', 'application/grpc')).toEqual([200, '12'])
  expect(await status('/sallyport.tunnel.v1.Tunnel/Attach', 'text/plain')).toEqual([415, undefined])
  session.destroy()
  startAgent(port, { onSession: echo })
  await attached.next()
  expect((await server.openSession(OPEN, LOCAL)).agent).toBe('local')
})

async function attachedByGrpcJs(port: number) {
  const attach = grpcJsAgent(port, 'secret')('Attach')
  const tickets = new Events<string>()
  attach.on('data', (message: Message) => {
    const open = message['openSession'] as { ticket: string } | undefined
    if (open) tickets.push(open.ticket)
  })
  attach.write(HELLO)
  return { attach, tickets }
}

function sessionCall(port: number, token: string) {
  const call = grpcJsAgent(port, token)('Session')
  const frames = new Events<Message>()
  call.on('data', frames.push)
  return { call, frames }
}

async function joined(
  port: number,
  server: Awaited<ReturnType<typeof startGateway>>['server'],
  attached: Awaited<ReturnType<typeof startGateway>>['attached'],
) {
  const { attach, tickets } = await attachedByGrpcJs(port)
  await attached.next()
  const opening = server.openSession(OPEN, LOCAL)
  const ticket = await tickets.next()
  const { call, frames } = sessionCall(port, 'secret')
  call.write({ join: { ticket } })
  const open = (await frames.next())['open'] as Message
  call.write({ ready: { serverVersion: '18' } })
  return { attach, open, session: { gateway: await opening, call, frames } }
}
