import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mysqlFlavours, openMysqlWire, until, type MysqlWire, type TestMysql } from '../support/index.ts'
import { errnoOf, setMysqlStage, startPeople, type MysqlStage } from './mysql-setup.ts'
import { residentOf } from './setup.ts'

// A process that is stopped is what a machine behind a network looks like that swallows everything: its sockets are open, and nothing answers.

describe.each(mysqlFlavours())('when %s freezes', (flavour) => {
  let mysql: TestMysql
  let stage: MysqlStage

  beforeAll(async () => {
    mysql = await startPeople(flavour)
    stage = await setMysqlStage(mysql)
  })

  afterAll(async () => {
    await stage?.stop()
    await mysql?.stop()
  })

  it('a client that leaves is rid of its session, and the backend goes when it can', async () => {
    const wire = await openMysqlWire({ ...stage.login(), clear: true })
    wire.send({ type: 'COM_QUERY', attributes: [], query: Buffer.from('SELECT SLEEP(60)') })
    await until(async () => (await stage.ours()).some(({ info }) => info?.includes('SLEEP') === true))
    process.kill(mysql.pid, 'SIGSTOP')
    try {
      expect(await sessions(stage)).toBe(1)
      wire.destroy()
      await until(async () => (await sessions(stage)) === 0, { what: 'the end of the session', timeoutMs: 2000 })
    } finally {
      process.kill(mysql.pid, 'SIGCONT')
    }
    await stage.noBackends()
  })

  it('a file that it does not take is held back at the client, and memory stays flat', async () => {
    const wire = await openMysqlWire({ ...stage.login(), clear: true, with: LOCAL_FILES })
    const query = Buffer.from("LOAD DATA LOCAL INFILE 'people' INTO TABLE people")
    wire.send({ type: 'COM_QUERY', attributes: [], query })
    expect((await wire.next())?.kind).toBe('file')
    const before = memoryMb(stage)
    process.kill(mysql.pid, 'SIGSTOP')
    try {
      await flood(wire)
      const after = memoryMb(stage)
      expect(after.gateway - before.gateway).toBeLessThan(60)
      expect(after.agent - before.agent).toBeLessThan(60)
      wire.destroy()
    } finally {
      process.kill(mysql.pid, 'SIGCONT')
    }
    await stage.noBackends()
    expect(await mysql.query('SELECT COUNT(*) AS n FROM people')).toEqual([{ n: 1000 }])
  })
})

// The tunnel's own doing, whatever server is behind: one is enough for what takes so long.
it.each(mysqlFlavours().slice(0, 1))(
  'before %s an agent or a gateway that freezes is given up, and no backend stays',
  async (flavour) => {
    const mysql = await startPeople(flavour)
    const [one, other] = [await setMysqlStage(mysql), await setMysqlStage(mysql)]
    const [agent, gateway] = [one.sallyport.agents[0]?.child, other.sallyport.gateway.child]
    try {
      const running = await Promise.all(
        [one, other].map(async (stage) => ({ outcome: errnoOf((await stage.connect()).query('SELECT SLEEP(60)')) })),
      )
      await until(async () => (await one.ours()).filter(({ info }) => info?.includes('SLEEP')).length === 2)
      agent?.kill('SIGSTOP')
      gateway.kill('SIGSTOP')
      // Whoever is left notices: the gateway tells its client, and the agent frees its backend.
      expect(await running[0]?.outcome).toBe(1053)
      await until(async () => (await other.ours()).length === 1, { what: 'one backend to go', timeoutMs: 60_000 })
      agent?.kill('SIGCONT')
      gateway.kill('SIGCONT')
      expect(await running[1]?.outcome).toBe(1053)
      await one.noBackends()
    } finally {
      await one.stop()
      await other.stop()
      await mysql.stop()
    }
  },
)

/** Sends rows until the socket has taken none for a while. */
async function flood(wire: MysqlWire): Promise<void> {
  const row = Buffer.from(`${'9'.repeat(60)}\t${'x'.repeat(900)}\t\n`)
  const packet = Buffer.alloc(4 + 1000 * row.length)
  packet.writeUIntLE(packet.length - 4, 0, 3)
  for (let index = 0; index < 1000; index++) row.copy(packet, 4 + index * row.length)
  for (let index = 0; index < FLOOD_PACKETS; index++) {
    packet[3] = (index + 2) & 0xff
    wire.bytes(Buffer.from(packet))
  }
  let [taken, unchanged] = [-1, 0]
  await until(
    () => {
      const now = wire.socket.bytesWritten - wire.socket.writableLength
      unchanged = now === taken ? unchanged + 1 : 0
      taken = now
      return unchanged === 40
    },
    { what: 'the socket to be full', timeoutMs: 30_000 },
  )
  expect(taken).toBeLessThan((FLOOD_PACKETS * packet.length) / 2)
}

async function sessions({ sallyport }: MysqlStage): Promise<number> {
  const { text } = await sallyport.fetch('/metrics')
  return Number(/^sallyport_sessions\{engine="mysql"\} (\d+)$/m.exec(text)?.[1] ?? 0)
}

function memoryMb({ sallyport }: MysqlStage): { readonly gateway: number; readonly agent: number } {
  return { gateway: residentOf(sallyport.gateway.pid), agent: residentOf(sallyport.agents[0]?.pid ?? 0) }
}

/** Of a megabyte each. */
const FLOOD_PACKETS = 200
/** CLIENT_LOCAL_FILES. */
const LOCAL_FILES = 0x80
