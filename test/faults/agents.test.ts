import { afterAll, beforeAll, expect, it } from 'vitest'
import { until } from '../support/index.ts'
import { codeOf, ours, setStage, type Stage } from './setup.ts'

let stage: Stage

beforeAll(async () => {
  stage = await setStage({ agents: 2 })
})

afterAll(async () => {
  await stage?.stop()
})

it('two agents share a connection; when one is lost its sessions fail with 08006 and the next session goes to the other', async () => {
  const clients = await Promise.all([stage.connect(), stage.connect(), stage.connect(), stage.connect()])
  const running = clients.map((client) => codeOf(client.query('SELECT pg_sleep(60)')))
  await until(async () => (await ours(stage.postgres)).filter(({ state }) => state === 'active').length === 4, {
    what: 'four sleeps',
  })
  await stage.sallyport.agents[0]?.kill('SIGKILL')
  const first = await Promise.race(running)
  expect(first).toBe('08006')
  await until(async () => (await ours(stage.postgres)).length === 2, {
    what: 'the lost sessions to leave the database',
  })
  const next = await stage.connect()
  expect((await next.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  await next.end()
  await Promise.all(clients.map((client) => client.end().catch(() => undefined)))
})

it('a frozen agent is given up, like one behind a network that swallows everything', async () => {
  const client = await stage.connect()
  const running = codeOf(client.query('SELECT pg_sleep(60)'))
  await until(async () => (await ours(stage.postgres)).some(({ state }) => state === 'active'), { what: 'the sleep' })
  stage.sallyport.agents[1]?.child.kill('SIGSTOP')
  expect(await running).toBe('08006')
  stage.sallyport.agents[1]?.child.kill('SIGCONT')
  await stage.noBackends()
})
