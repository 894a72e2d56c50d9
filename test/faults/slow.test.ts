import { afterAll, beforeAll, expect, it } from 'vitest'
import { psql, until } from '../support/index.ts'
import { codeOf, ours, residentOf, setStage, type Stage } from './setup.ts'

let stage: Stage

beforeAll(async () => {
  stage = await setStage({ agent: { limits: { masked_row_bytes: '16MiB' } } })
})

afterAll(async () => {
  await stage?.stop()
})

it('a client that reads nothing slows only itself, and memory stays flat', async () => {
  const slow = await stage.connect()
  const socket = (slow as unknown as { connection: { stream: { pause: () => void; destroy: () => void } } }).connection
    .stream
  const outcome = codeOf(slow.query("SELECT repeat('x', 10000) FROM generate_series(1, 1000000)"))
  socket.pause()
  await until(async () => (await ours(stage.postgres)).some(({ state }) => state === 'active'), {
    what: 'the long result',
  })
  const before = residentMb()
  const quick = await stage.connect()
  for (let turn = 0; turn < 200; turn++)
    expect((await quick.query('SELECT $1::int AS n', [turn])).rows).toEqual([{ n: turn }])
  expect((await quick.query("SELECT sum(length(repeat('y', 1000))) AS n FROM generate_series(1, 20000)")).rows).toEqual(
    [{ n: '20000000' }],
  )
  await quick.end()
  const after = residentMb()
  expect(after.gateway - before.gateway).toBeLessThan(60)
  expect(after.agent - before.agent).toBeLessThan(60)
  // The backend of the slow client waits; it is freed when the client goes.
  socket.destroy()
  await stage.noBackends()
  expect(await outcome).not.toBe('no error')
})

it('a row of a gigabyte passes with flat memory', async () => {
  const before = residentMb()
  let peak = before
  const sampler = setInterval(() => {
    const now = residentMb()
    peak = { gateway: Math.max(peak.gateway, now.gateway), agent: Math.max(peak.agent, now.agent) }
  }, 50)
  const script =
    "COPY (SELECT string_agg(repeat('0123456789abcdef', 65536), '') FROM generate_series(1, 1000)) TO STDOUT \\g /dev/null\n"
  const { stderr } = await psql(script, { ...plain(), timeoutMs: 110_000 })
  clearInterval(sampler)
  expect(stderr).toBe('')
  expect(peak.gateway).toBeLessThan(250)
  expect(peak.agent).toBeLessThan(250)
})

it('a masked row beyond the limit is a clear error, and the gateway goes on', async () => {
  const client = await stage.connect('masked')
  const outcome = await codeOf(client.query("SELECT ssn, repeat('x', id * 40000000) FROM people WHERE id = 1"))
  expect(outcome).toBe('54000')
  await client.end().catch(() => undefined)
  await stage.noBackends()
  const next = await stage.connect('masked')
  expect((await next.query('SELECT ssn FROM people WHERE id = 1')).rows).toEqual([{ ssn: '[redacted]' }])
  await next.end()
})

function plain(): { host: string; port: number; user: string; password: string; database: string } {
  const { sallyport } = stage
  return { host: sallyport.host, port: sallyport.port, user: 'all', password: sallyport.token, database: 'postgres' }
}

function residentMb(): { readonly gateway: number; readonly agent: number } {
  const [agent] = stage.sallyport.agents
  return { gateway: residentOf(stage.sallyport.gateway.pid), agent: residentOf(agent?.pid ?? 0) }
}
