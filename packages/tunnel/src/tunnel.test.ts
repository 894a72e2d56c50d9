import { expect, test } from 'vitest'
import { Events, OPEN, READY, Recorder, echo, startAgent, startGateway } from './testing/tunnel.ts'

test('a session carries bytes both ways', async () => {
  const { server, port, attached } = await startGateway()
  startAgent(port, { onSession: echo })
  await attached.next()
  const session = await server.openSession(OPEN, { agent: 'local' })
  const got = new Recorder(session)
  session.send(Buffer.from('hel'))
  session.send(Buffer.from('lo'))
  expect((await got.read(5)).toString()).toBe('hello')
})

test('the agent gets what was opened, and the gateway what was answered', async () => {
  const { server, port, attached } = await startGateway()
  const agent = startAgent(port)
  expect(await attached.next()).toMatchObject({ name: 'local', version: '1.0.0', draining: false, sessions: 0 })
  const opening = server.openSession(OPEN, { agent: 'local' })
  const inner = await agent.sessions.next()
  expect(inner.open).toEqual({ ...OPEN, masking: expect.anything() })
  expect(Buffer.from(inner.open.masking).toString()).toBe('{"columns":[]}')
  inner.ready(READY)
  const session = await opening
  expect(session.ready).toMatchObject({ ...READY, detail: expect.anything() })
  expect([session.id, session.agent]).toEqual(['s-1', 'local'])
  expect(server.agents()[0]?.sessions).toBe(1)
})

test('end delivers everything that was sent before it, and both sides close once', async () => {
  const { server, port, attached } = await startGateway()
  const agent = startAgent(port)
  await attached.next()
  const opening = server.openSession(OPEN, { agent: 'local' })
  const inner = await agent.sessions.next()
  inner.ready(READY)
  const innerGot = new Recorder(inner)
  const session = await opening
  const got = new Recorder(session)
  inner.send(Buffer.alloc(100_000, 7))
  inner.control({ type: 'report', redactions: [] })
  inner.end()
  expect(await got.closed).toEqual({ code: 'ended', message: '', by: 'remote' })
  expect(got.bytes).toBe(100_000)
  expect(await got.controls.next()).toEqual({ type: 'report', redactions: [] })
  expect(await innerGot.closed).toEqual({ code: 'ended', message: '', by: 'local' })
  expect(session.send(Buffer.from('late'))).toBe(false)
})

test('cancel and policy reach the agent in the order of the data', async () => {
  const { server, port, attached } = await startGateway()
  const seen = new Events<string>()
  startAgent(port, {
    onSession: (session) => {
      session.ready(READY)
      session.handle({
        onData: (chunk) => seen.push(Buffer.from(chunk).toString()),
        onControl: (message) => seen.push(message.type),
        onDrain: () => {},
        onClosed: () => {},
      })
    },
  })
  await attached.next()
  const session = await server.openSession(OPEN, { agent: 'local' })
  session.send(Buffer.from('one'))
  session.control({ type: 'cancel' })
  session.send(Buffer.from('two'))
  session.control({ type: 'policy', version: 'v2', masking: new Uint8Array(0) })
  const order = [await seen.next(), await seen.next(), await seen.next(), await seen.next()]
  expect(order).toEqual(['one', 'cancel', 'two', 'policy'])
})
