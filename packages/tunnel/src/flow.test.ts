import { expect, test } from 'vitest'
import type { AgentSession, CloseReason, GatewaySession, TunnelLimits } from './index.ts'
import { DEFAULT_LIMITS } from './index.ts'
import { Events, OPEN, QUICK, READY, Recorder, echo, startAgent, startGateway } from './testing/tunnel.ts'
import type { Agent, Gateway } from './testing/tunnel.ts'

const LOCAL = { agent: 'local' } as const
const CHUNK = Buffer.alloc(64 * 1024, 1)

test('a session that is paused stops its sender, which holds no more than its buffer, and goes on where it stopped', async () => {
  const { session, inner } = await openPair()
  const sender = flood(inner)
  session.handle({ onData: () => {}, onControl: () => {}, onDrain: () => {}, onClosed: () => {} })
  session.pause()
  await sender.stopped.next()
  const before = sender.sent
  const { sessionWindowBytes, sendBufferBytes, maxFrameBytes } = DEFAULT_LIMITS
  // What was read before the pause is at most a chunk; the rest waits in the window or with the sender.
  expect(before).toBeLessThan(sessionWindowBytes + sendBufferBytes + 3 * maxFrameBytes)
  const got = new Recorder(session)
  session.resume()
  await expect.poll(() => sender.sent).toBeGreaterThan(before + 10 * CHUNK.length)
  inner.destroy()
  expect(await got.closed).toMatchObject({ code: 'aborted' })
})

test('a session that reads nothing does not slow another', async () => {
  const { gateway, agent, session: slow, inner: slowInner } = await openPair()
  slow.handle({ onData: () => {}, onControl: () => {}, onDrain: () => {}, onClosed: () => {} })
  slow.pause()
  const sender = flood(slowInner)
  await sender.stopped.next()
  const fast = await openOn(gateway, agent)
  const got = new Recorder(fast.session)
  const total = 20_000_000
  const other = flood(fast.inner, total)
  expect(await got.closed).toMatchObject({ code: 'ended' })
  expect(got.bytes).toBe(total)
  expect(other.sent).toBe(total)
  expect(slow.closed).toBeUndefined()
})

test('the other way, a slow agent stops the gateway, and not another session', async () => {
  const { gateway, agent, session, inner } = await openPair()
  inner.handle({ onData: () => {}, onControl: () => {}, onDrain: () => {}, onClosed: () => {} })
  inner.pause()
  const sender = flood(session)
  await sender.stopped.next()
  const fast = await openOn(gateway, agent)
  const got = new Recorder(fast.inner)
  flood(fast.session, 5_000_000)
  expect(await got.closed).toMatchObject({ code: 'ended' })
  expect(got.bytes).toBe(5_000_000)
})

test('100 MB pass through one session in memory that does not grow with them', async () => {
  const { session, inner } = await openPair()
  const total = 100_000_000
  let got = 0
  const before = process.memoryUsage().arrayBuffers
  const closed = new Promise((resolve) => {
    session.handle({
      onData: (chunk) => {
        got += chunk.length
      },
      onControl: () => {},
      onDrain: () => {},
      onClosed: resolve,
    })
  })
  let held = 0
  const sender = flood(inner, total, () => {
    held = Math.max(held, process.memoryUsage().arrayBuffers - before)
  })
  await closed
  expect([got, sender.sent]).toEqual([total, total])
  // Garbage that waits for its collection is in it, too.
  expect(held).toBeLessThan(50_000_000)
})

test('writes of one turn share a frame, and a large one is split, in order and without loss', async () => {
  const { session, inner } = await openPair({ maxFrameBytes: 1000 })
  const got = new Recorder(session)
  const bytes = Buffer.from(Array.from({ length: 25_000 }, (_, i) => i % 251))
  const cuts = [0, 1, 2, 3, 10, 500, 999, 1000, 1001, 7000, 20_000, 20_001, 25_000]
  for (let i = 1; i < cuts.length; i++) inner.send(bytes.subarray(cuts[i - 1], cuts[i]))
  expect((await got.read(bytes.length)).equals(bytes)).toBe(true)
  inner.send(Buffer.from('a'))
  inner.send(Buffer.from('b'))
  expect((await got.data.next()).toString()).toBe('ab')
})

test('end waits for a reader that is slow, however slow', async () => {
  const { session, inner } = await openPair({ ...QUICK, closeTimeoutMs: 20 })
  const got = new Recorder(session)
  session.pause()
  const sender = flood(inner)
  await sender.stopped.next()
  inner.end()
  // Another whole session comes and goes in the meantime.
  const other = await openPair()
  const otherGot = new Recorder(other.session)
  void new Recorder(other.inner).closed
  other.session.end()
  await otherGot.closed
  expect(session.closed).toBeUndefined()
  session.resume()
  expect(await got.closed).toMatchObject({ code: 'ended', by: 'remote' })
  expect(got.bytes).toBe(sender.sent)
})

test('a session that was ended is cut when the peer never reads the rest', async () => {
  const { session, inner } = await openPair({ endTimeoutMs: 50 })
  const innerGot = new Recorder(inner)
  const got = new Recorder(session)
  session.pause()
  inner.send(CHUNK)
  inner.end()
  expect(await innerGot.closed).toMatchObject({
    code: 'aborted',
    by: 'local',
    message: 'the peer did not read the rest',
  })
  expect(await got.closed).toMatchObject({ code: 'aborted', by: 'remote' })
})

test('a session that is killed ends at both ends at once, even when nobody reads', async () => {
  const { session, inner } = await openPair(QUICK)
  const innerGot = new Recorder(inner)
  inner.pause()
  const sender = flood(session)
  session.pause()
  await sender.stopped.next()
  session.destroy({ code: 'killed', message: 'by an administrator' })
  expect(await sender.closed.next()).toEqual({ code: 'killed', message: 'by an administrator', by: 'local' })
  expect((await innerGot.closed).by).toBe('remote')
})

test('a session that is killed is cut without waiting where nobody reads', async () => {
  const { session, inner } = await openPair({ closeTimeoutMs: 60_000 })
  const innerGot = new Recorder(inner)
  inner.pause()
  session.destroy({ code: 'killed', message: 'by an administrator' })
  expect(await innerGot.closed).toMatchObject({ code: 'aborted', by: 'remote' })
})

test('a session that is killed tells the agent why', async () => {
  const { session, inner } = await openPair()
  const innerGot = new Recorder(inner)
  session.destroy({ code: 'killed', message: 'by an administrator' })
  expect(await innerGot.closed).toEqual({ code: 'killed', message: 'by an administrator', by: 'remote' })
})

test('many sessions at once get each their own bytes', async () => {
  const gateway = await startGateway()
  startAgent(gateway.port, { onSession: echo })
  await gateway.attached.next()
  await Promise.all(
    Array.from({ length: 50 }, async (_, i) => {
      const session = await gateway.server.openSession({ ...OPEN, sessionId: `s-${i}` }, LOCAL)
      const got = new Recorder(session)
      for (let round = 0; round < 20; round++) {
        const message = `${i}:${round};`
        session.send(Buffer.from(message))
        expect((await got.read(message.length)).toString()).toBe(message)
      }
      session.end()
      await got.closed
    }),
  )
  await expect.poll(() => gateway.server.agents()[0]?.sessions).toBe(0)
})

/** Sends without end, or `total` bytes and an end; `stopped` tells each time that `send` answered false. */
function flood(session: GatewaySession | AgentSession, total = Infinity, onDrained: () => void = () => {}) {
  const state = { sent: 0, stopped: new Events<void>(), closed: new Events<CloseReason>() }
  const pump = (): void => {
    while (state.sent < total) {
      const chunk = CHUNK.subarray(0, Math.min(CHUNK.length, total - state.sent))
      const more = session.send(chunk)
      if (session.closed !== undefined) return
      state.sent += chunk.length
      if (more) continue
      state.stopped.push()
      return
    }
    session.end()
  }
  session.handle({
    onData: () => {},
    onControl: () => {},
    onDrain: () => {
      onDrained()
      pump()
    },
    onClosed: state.closed.push,
  })
  pump()
  return state
}

async function openPair(limits: Partial<TunnelLimits> = {}) {
  const gateway = await startGateway({ limits })
  const agent = startAgent(gateway.port, { limits })
  await gateway.attached.next()
  return { gateway, agent, ...(await openOn(gateway, agent)) }
}

async function openOn({ server }: Gateway, agent: Agent): Promise<{ session: GatewaySession; inner: AgentSession }> {
  const opening = server.openSession(OPEN, LOCAL)
  const inner = await agent.sessions.next()
  inner.ready(READY)
  return { session: await opening, inner }
}
