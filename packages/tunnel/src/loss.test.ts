import { expect, test } from 'vitest'
import type { AgentSession } from './index.ts'
import { OPEN, QUICK, READY, Recorder, echo, startAgent, startGateway } from './testing/tunnel.ts'
import { startWire } from './testing/wire.ts'

const LOCAL = { agent: 'local' } as const

test('when an agent is lost its sessions close at once, and the next goes to the other agent', async () => {
  const { server, port, attached, detached } = await startGateway()
  const wire = await startWire(port)
  const ended: AgentSession[] = []
  startAgent(wire.port, { onSession: (session) => (ended.push(session), echo(session)), backoff: { minMs: 60_000 } })
  const first = await attached.next()
  const session = await server.openSession(OPEN, LOCAL)
  const got = new Recorder(session)
  startAgent(port, { onSession: echo })
  const second = await attached.next()
  wire.cut()
  expect(await got.closed).toMatchObject({ code: 'agent-lost', by: 'connection' })
  expect((await detached.next()).agent.id).toBe(first.id)
  await expect.poll(() => ended[0]?.closed?.code).toBe('gateway-lost')
  expect(server.agents().map(({ id }) => id)).toEqual([second.id])
  const next = new Recorder(await server.openSession(OPEN, LOCAL))
  expect(next.bytes).toBe(0)
})

test('an agent dials again by itself, and takes sessions again', async () => {
  const { server, port, attached } = await startGateway()
  const wire = await startWire(port)
  const agent = startAgent(wire.port, { onSession: echo })
  await attached.next()
  await agent.attached.next()
  wire.cut()
  expect(await agent.detached.next()).toMatchObject({ code: 'lost', retryMs: expect.any(Number) })
  await attached.next()
  await agent.attached.next()
  await server.openSession(OPEN, LOCAL)
  expect(agent.client.links()).toMatchObject([{ state: 'attached', gateway: 'gw' }])
})

test('while a gateway is away the agent waits longer and longer, with jitter, up to a limit', async () => {
  const { port, server } = await startGateway()
  await server.close()
  const agent = startAgent(port, { backoff: { minMs: 2, maxMs: 16 }, random: () => 0.5 })
  const waits: (number | undefined)[] = []
  while (waits.length < 6) {
    const { code, retryMs } = await agent.detached.next()
    expect(code).toBe('unreachable')
    waits.push(retryMs)
  }
  // minMs + random * (min(maxMs, minMs * 2^n) - minMs)
  expect(waits).toEqual([3, 5, 9, 9, 9, 9])
})

test('an agent keeps a link to each gateway', async () => {
  const gateways = [await startGateway(), await startGateway()]
  const [one, two] = gateways.map(({ port }) => `127.0.0.1:${port}`)
  startAgent(0, { addresses: [one as string, two as string], onSession: echo })
  for (const { server, attached } of gateways) {
    await attached.next()
    expect(await server.openSession(OPEN, LOCAL)).toMatchObject({ agent: 'local' })
  }
})

test('a half-open connection is noticed by its silence, on both sides', async () => {
  const { server, port, attached, detached } = await startGateway({ limits: QUICK })
  const wire = await startWire(port)
  const agent = startAgent(wire.port, { limits: QUICK })
  await attached.next()
  const opening = server.openSession(OPEN, LOCAL)
  const inner = await agent.sessions.next()
  inner.ready(READY)
  const innerGot = new Recorder(inner)
  const got = new Recorder(await opening)
  wire.freeze()
  expect(await got.closed).toMatchObject({ code: 'agent-lost' })
  expect(await detached.next()).toMatchObject({ code: 'silent' })
  expect(await innerGot.closed).toMatchObject({ code: 'gateway-lost' })
  expect(await agent.detached.next()).toMatchObject({ code: 'silent' })
})

test('heartbeats keep an idle attachment for as long as another takes to be given up', async () => {
  const { server, port, attached, detached } = await startGateway({ limits: QUICK })
  const agent = startAgent(port, { limits: QUICK })
  const idle = await attached.next()
  const wire = await startWire(port)
  startAgent(wire.port, { limits: QUICK, backoff: { minMs: 60_000 } })
  const frozen = await attached.next()
  wire.freeze()
  expect((await detached.next()).agent.id).toBe(frozen.id)
  expect(server.agents().map(({ id }) => id)).toEqual([idle.id])
  expect(agent.detached.size).toBe(0)
})

test('an agent that drains gets no new sessions, and those it has may finish', async () => {
  const { server, port, attached, detached } = await startGateway()
  const agent = startAgent(port, { onSession: echo })
  await attached.next()
  const session = await server.openSession(OPEN, LOCAL)
  const got = new Recorder(session)
  const closing = agent.client.close({ drainMs: 10_000 })
  await expect.poll(() => server.agents()[0]?.draining).toBe(true)
  await expect(server.openSession(OPEN, LOCAL)).rejects.toMatchObject({ code: 'no-agent' })
  session.send(Buffer.from('still here'))
  expect((await got.read(10)).toString()).toBe('still here')
  session.end()
  await closing
  expect(await detached.next()).toMatchObject({ code: 'closed' })
  expect(agent.client.links()).toMatchObject([{ state: 'closed' }])
})

test('a session that outlasts the drain is cut with the reason', async () => {
  const { server, port, attached } = await startGateway()
  const agent = startAgent(port, { onSession: echo })
  await attached.next()
  const got = new Recorder(await server.openSession(OPEN, LOCAL))
  await agent.client.close({ drainMs: 20 })
  expect(await got.closed).toEqual({ code: 'shutdown', message: 'the agent is shutting down', by: 'remote' })
})

test('a gateway that closes lets sessions finish, then cuts them with the reason', async () => {
  const { server, port, attached } = await startGateway()
  const agent = startAgent(port)
  await attached.next()
  const opening = server.openSession(OPEN, LOCAL)
  const inner = await agent.sessions.next()
  inner.ready(READY)
  const innerGot = new Recorder(inner)
  await opening
  const closing = server.close({ drainMs: 20 })
  await expect(server.openSession(OPEN, LOCAL)).rejects.toMatchObject({ code: 'tunnel-closed', retryable: true })
  expect(await innerGot.closed).toEqual({ code: 'shutdown', message: 'the gateway is shutting down', by: 'remote' })
  await closing
  expect((await agent.detached.next()).code).toBe('closed')
})

test('onClosed comes once, whichever way the session ends', async () => {
  const { server, port, attached, detached } = await startGateway()
  const wire = await startWire(port)
  startAgent(wire.port, { onSession: echo })
  await attached.next()
  const session = await server.openSession(OPEN, LOCAL)
  const closings: string[] = []
  session.handle({
    onData: () => {},
    onControl: () => {},
    onDrain: () => {},
    onClosed: ({ code }) => closings.push(code),
  })
  session.destroy({ code: 'killed', message: 'by an administrator' })
  session.destroy()
  session.end()
  wire.cut()
  await detached.next()
  expect(closings).toEqual(['killed'])
})
