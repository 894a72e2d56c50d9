import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mysqlFlavours, openMysqlWire, until, type TestMysql } from '../support/index.ts'
import { residentOf } from './setup.ts'
import { errnoOf, setMysqlStage, startPeople, type MysqlStage } from './mysql-setup.ts'

describe.each(mysqlFlavours())('before %s', (flavour) => {
  let mysql: TestMysql
  let stage: MysqlStage

  beforeAll(async () => {
    mysql = await startPeople(flavour)
    stage = await setMysqlStage(mysql, { agent: { limits: { masked_row_bytes: '16MiB' } } })
  })

  afterAll(async () => {
    await stage?.stop()
    await mysql?.stop()
  })

  it('a client that reads byte by byte slows only itself, and memory stays flat', async () => {
    const slow = await openMysqlWire({ ...stage.login(), clear: true })
    const endless = "SELECT REPEAT('x', 10000) FROM people AS a, people AS b"
    slow.send({ type: 'COM_QUERY', attributes: [], query: Buffer.from(endless) })
    await until(async () => (await stage.ours()).some(({ info }) => info?.includes('REPEAT') === true), {
      what: 'the long result',
    })
    const before = residentMb(stage)
    const quick = await stage.connect()
    let seen = 0
    for (let turn = 0; turn < 200; turn++) {
      expect((await quick.execute('SELECT ? AS n', [turn]))[0]).toEqual([{ n: turn }])
      seen += (slow.socket.read(1) as Buffer | null)?.length ?? 0
    }
    const [sum] = await quick.query('SELECT SUM(LENGTH(x)) AS n FROM (SELECT REPEAT(id, 1000) AS x FROM people) AS t')
    expect(Number((sum as { n: number }[])[0]?.n)).toBe(2_893_000)
    await quick.end()
    expect(seen).toBeGreaterThan(100)
    const after = residentMb(stage)
    expect(after.gateway - before.gateway).toBeLessThan(60)
    expect(after.agent - before.agent).toBeLessThan(60)
    // The backend of the slow client waits; it is freed when the client goes.
    slow.destroy()
    await stage.noBackends()
  })

  it('a row as large as the server allows passes with flat memory', async () => {
    const before = residentMb(stage)
    let peak = before
    const sampler = setInterval(() => {
      const now = residentMb(stage)
      peak = { gateway: Math.max(peak.gateway, now.gateway), agent: Math.max(peak.agent, now.agent) }
    }, 50)
    const wire = await openMysqlWire({ ...stage.login(), clear: true })
    wire.send({
      type: 'COM_QUERY',
      attributes: [],
      query: Buffer.from(`SELECT REPEAT('0123456789abcdef', ${ROW_BYTES / 16}) AS x`),
    })
    // Only counted: a packet of that size would not fit into one value here.
    let seen = 0
    for await (const chunk of wire.socket as AsyncIterable<Uint8Array>) {
      seen += chunk.length
      if (seen > ROW_BYTES) break
    }
    clearInterval(sampler)
    expect(seen).toBeGreaterThan(ROW_BYTES)
    expect(peak.gateway).toBeLessThan(250)
    expect(peak.agent).toBeLessThan(250)
    await stage.noBackends()
  })

  it('a masked row beyond the limit is a clear error, and the gateway goes on', async () => {
    const client = await stage.connect('masked')
    expect(await errnoOf(client.query("SELECT ssn, REPEAT('x', 40000000) FROM people WHERE id = 1"))).toBe(1153)
    client.destroy()
    await stage.noBackends()
    const next = await stage.connect('masked')
    expect((await next.query('SELECT ssn FROM people WHERE id = 1'))[0]).toEqual([{ ssn: '[redacted]' }])
    await next.end()
  })
})

function residentMb({ sallyport }: MysqlStage): { readonly gateway: number; readonly agent: number } {
  return { gateway: residentOf(sallyport.gateway.pid), agent: residentOf(sallyport.agents[0]?.pid ?? 0) }
}

// max_allowed_packet is 1 GiB at most, and a string is that less what its row needs.
const ROW_BYTES = 1024 * 1024 * 1024 - 1024
