import { expect, test } from 'vitest'
import { OPEN, QUICK, READY, Recorder, echo, startAgent, startGateway } from './testing/tunnel.ts'

const LOCAL = { agent: 'local' } as const

test('without an agent there is no session', async () => {
  const { server } = await startGateway()
  await expect(server.openSession(OPEN, LOCAL)).rejects.toMatchObject({
    name: 'NoAgentError',
    code: 'no-agent',
    retryable: true,
    message: 'no agent "local" is attached that serves connection "shop"',
  })
})

test('an agent gets no session of a connection that is given to another, whatever it offers', async () => {
  const { server, port, attached } = await startGateway()
  startAgent(port, { token: () => 'other-secret', onSession: echo })
  expect(await attached.next()).toMatchObject({ name: 'other', connections: [{ name: 'shop' }] })
  await expect(server.openSession(OPEN, LOCAL)).rejects.toMatchObject({ code: 'no-agent' })
})

test('an agent gets no session of another engine', async () => {
  const { server, port, attached } = await startGateway()
  startAgent(port, { onSession: echo })
  await attached.next()
  await expect(server.openSession({ ...OPEN, engine: 'mysql' }, LOCAL)).rejects.toMatchObject({ code: 'no-agent' })
})

test('of two agents that serve a connection the one with fewer sessions is asked', async () => {
  const { server, port, attached } = await startGateway()
  startAgent(port, { onSession: echo })
  startAgent(port, { onSession: echo })
  await attached.next()
  await attached.next()
  await Promise.all([1, 2, 3, 4].map(() => server.openSession(OPEN, LOCAL)))
  expect(server.agents().map(({ sessions }) => sessions)).toEqual([2, 2])
})

test('a refusal comes with its fields', async () => {
  const { server, port, attached } = await startGateway()
  const failure = {
    code: 'database-unreachable',
    message: 'cannot reach the database',
    sqlState: '08006',
    retryable: true,
  }
  startAgent(port, { onSession: (session) => session.refuse(failure) })
  await attached.next()
  await expect(server.openSession(OPEN, LOCAL)).rejects.toMatchObject({
    code: 'session-refused',
    failure,
    retryable: true,
  })
  await expect.poll(() => server.agents()[0]?.sessions).toBe(0)
})

test('an agent that does not answer is given up, and learns that nobody waits', async () => {
  const { server, port, attached } = await startGateway({ limits: { openTimeoutMs: 30 } })
  const agent = startAgent(port)
  await attached.next()
  await expect(server.openSession(OPEN, LOCAL)).rejects.toMatchObject({ code: 'open-timeout', retryable: true })
  const inner = await agent.sessions.next()
  await expect.poll(() => inner.signal.aborted).toBe(true)
  expect(inner.closed).toEqual({ code: 'aborted', message: 'open-timeout', by: 'remote' })
  expect(server.agents()[0]?.sessions).toBe(0)
})

test('a caller that is gone ends the log-in it asked for', async () => {
  const { server, port, attached } = await startGateway()
  const agent = startAgent(port)
  await attached.next()
  const gone = new AbortController()
  const opening = server.openSession(OPEN, { ...LOCAL, signal: gone.signal })
  const inner = await agent.sessions.next()
  gone.abort()
  await expect(opening).rejects.toMatchObject({ code: 'aborted' })
  await expect.poll(() => inner.signal.aborted).toBe(true)
  await expect(server.openSession(OPEN, { ...LOCAL, signal: gone.signal })).rejects.toMatchObject({ code: 'aborted' })
})

test('an agent that is lost while it logs in fails the session at once', async () => {
  const { server, port, attached } = await startGateway()
  const agent = startAgent(port)
  await attached.next()
  const opening = server.openSession(OPEN, LOCAL)
  await agent.sessions.next()
  void agent.client.close()
  await expect(opening).rejects.toMatchObject({ retryable: true })
})

test('while another agent of that name is there, losing one or finding it full loses no session', async () => {
  const { server, port, attached } = await startGateway()
  const dying = startAgent(port)
  await attached.next()
  const opening = server.openSession(OPEN, LOCAL)
  await dying.sessions.next()
  startAgent(port, { onSession: echo, limits: { maxSessionsPerAgent: 2 } })
  await attached.next()
  void dying.client.close()
  expect((await opening).closed).toBeUndefined()
  startAgent(port, { onSession: echo, limits: { maxSessionsPerAgent: 1 } })
  await attached.next()
  await Promise.all([server.openSession(OPEN, LOCAL), server.openSession(OPEN, LOCAL)])
  expect(server.agents().map(({ sessions }) => sessions)).toEqual([2, 1])
  await expect(server.openSession(OPEN, LOCAL)).rejects.toMatchObject({ failure: { code: 'agent-full' } })
})

test('sessions beyond the limit are refused', async () => {
  const { server, port, attached } = await startGateway({ limits: { ...QUICK, maxSessionsPerAgent: 1 } })
  startAgent(port, { onSession: echo })
  await attached.next()
  const first = await server.openSession(OPEN, LOCAL)
  await expect(server.openSession(OPEN, LOCAL)).rejects.toMatchObject({ code: 'too-many-sessions', retryable: true })
  first.end()
  await new Recorder(first).closed
  await server.openSession(OPEN, LOCAL)
})

test('an agent that has sessions enough declines', async () => {
  const { server, port, attached } = await startGateway()
  startAgent(port, { onSession: echo, limits: { maxSessionsPerAgent: 1 } })
  await attached.next()
  await server.openSession(OPEN, LOCAL)
  await expect(server.openSession(OPEN, LOCAL)).rejects.toMatchObject({
    failure: { code: 'agent-full', retryable: true },
  })
})

test('nothing that comes right behind ready is lost or comes before someone listens', async () => {
  const { server, port, attached } = await startGateway()
  startAgent(port, {
    onSession: (session, { sessionId }) => {
      if (sessionId === 'later') return echo(session)
      session.ready(READY)
      session.send(Buffer.from('greeting'))
      session.control({ type: 'barrier', id: 7 })
      session.end()
    },
  })
  await attached.next()
  const session = await server.openSession(OPEN, LOCAL)
  // By the time another session has come and gone, everything is here.
  const later = await server.openSession({ ...OPEN, sessionId: 'later' }, LOCAL)
  later.send(Buffer.from('ping'))
  await new Recorder(later).read(4)
  expect(session.closed).toBeUndefined()
  const got = new Recorder(session)
  expect((await got.read(8)).toString()).toBe('greeting')
  expect(await got.controls.next()).toEqual({ type: 'barrier', id: 7 })
  expect(await got.closed).toMatchObject({ code: 'ended', by: 'remote' })
})

test('an agent answers once, and sends nothing before', async () => {
  const { server, port, attached } = await startGateway()
  const agent = startAgent(port)
  await attached.next()
  const opening = server.openSession(OPEN, LOCAL)
  const inner = await agent.sessions.next()
  expect(() => inner.send(Buffer.from('early'))).toThrow(expect.objectContaining({ code: 'misuse' }))
  expect(() => inner.control({ type: 'barrier', id: 1 })).toThrow(expect.objectContaining({ code: 'misuse' }))
  inner.ready(READY)
  expect(() => inner.ready(READY)).toThrow(expect.objectContaining({ code: 'misuse' }))
  await opening
})
