import { once } from 'node:events'
import { connect as connectSocket } from 'node:net'
import { readFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mysqlFlavours, openMysqlWire, until, type MysqlPacket, type TestMysql } from '../support/index.ts'
import { errnoOf, setMysqlStage, startPeople, type MysqlStage } from './mysql-setup.ts'

describe.each(mysqlFlavours())('before %s', (flavour) => {
  let mysql: TestMysql
  let stage: MysqlStage

  beforeAll(async () => {
    mysql = await startPeople(flavour)
    stage = await setMysqlStage(mysql, {
      gateway: {
        limits: {
          message_bytes: '1MiB',
          statement_bytes: '64KiB',
          sessions: 6,
          sessions_per_user: 3,
          idle_timeout: '3s',
          login_timeout: '1s',
          pipelined_statements: 5,
        },
      },
    })
  })

  afterAll(async () => {
    await stage?.stop()
    await mysql?.stop()
  })

  it('a statement beyond the limit is refused, and the session goes on', async () => {
    const client = await stage.connect()
    expect(await errnoOf(client.query(`SELECT '${'x'.repeat(70_000)}'`))).toBe(1153)
    expect((await client.query('SELECT 1 AS one'))[0]).toEqual([{ one: 1 }])
    await client.end()
  })

  it('a message beyond the limit ends the session with an error', async () => {
    const client = await stage.connect()
    expect([1153, 'ECONNRESET', 'EPIPE', 'PROTOCOL_CONNECTION_LOST']).toContain(
      await errnoOf(client.execute('SELECT LENGTH(?)', ['x'.repeat(2_000_000)])),
    )
    client.destroy()
    await stage.noBackends()
  })

  it.each(['zlib', 'zstd'] as const)(
    'what is no frame of %s ends its session with an error, and no other',
    async (compressed) => {
      const other = await stage.connect()
      const garbage = Buffer.alloc(300, 'no frame')
      const frames = [
        // 300 bytes that should become 1000, or 1 GiB, or more than the limit.
        [44, 1, 0, 0, 0xe8, 3, 0, ...garbage],
        [13, 0, 0, 0, 0xe8, 3, 0, 0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 0x40, 0x03, 0, 0, 0x41],
        [44, 1, 0, 0, 0xff, 0xff, 0xff, ...garbage],
      ]
      for (const frame of frames) {
        const wire = await openMysqlWire({ ...stage.login(), clear: true, compressed })
        expect((await wire.query('SELECT 1')).at(-1)?.kind).not.toBe('err')
        wire.socket.write(Uint8Array.from(frame))
        const [last, ...more] = await wire.rest()
        expect(last?.kind).toBe('err')
        expect(textOf(last)).toContain('protocol violation')
        expect(more).toEqual([])
      }
      expect((await other.query('SELECT 1 AS one'))[0]).toEqual([{ one: 1 }])
      await other.end()
    },
  )

  it('one user has so many sessions and no more', async () => {
    const clients = await Promise.all([stage.connect(), stage.connect(), stage.connect()])
    expect([1040, 1203, 1226]).toContain(await errnoOf(stage.connect()))
    await Promise.all(clients.map((client) => client.end()))
    await until(async () => (await errnoOf(stage.connect().then((client) => client.end()))) === 0, {
      what: 'room for one more',
    })
  })

  it('an idle session is ended with an error that says so', async () => {
    const wire = await openMysqlWire({ ...stage.login(), clear: true })
    const [last] = await wire.rest(10_000)
    expect(last?.kind).toBe('err')
    expect(textOf(last)).toMatch(/idle/i)
    await stage.noBackends()
  })

  it('a client that does not log in is sent away', async () => {
    const socket = connectSocket(stage.sallyport.mysqlPort, stage.sallyport.host)
    await once(socket, 'data')
    const closed = once(socket, 'close')
    socket.resume()
    await closed
    expect(socket.destroyed).toBe(true)
  })

  it('more pipelined statements than allowed are held back, and answered all the same', async () => {
    const wire = await openMysqlWire({ ...stage.login(), clear: true })
    for (let n = 0; n < 300; n++) {
      wire.send({ type: 'COM_QUERY', attributes: [], query: Buffer.from(`SELECT ${1000 + n}`) })
    }
    const packets = await wire.replies(300)
    const rows = packets.filter(({ kind }) => kind === 'row').map((packet) => Number(textOf(packet).slice(1)))
    expect(rows).toEqual(Array.from({ length: 300 }, (_, n) => 1000 + n))
    wire.destroy()
    await stage.noBackends()
  })

  it('garbage before the login is turned away', async () => {
    for (const bytes of [
      Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
      Buffer.from([0, 0, 0, 1]),
      Buffer.from([0xff, 0xff, 0xff, 1]),
      Buffer.from([4, 0, 0, 9, 1, 2, 3, 4]),
    ]) {
      const socket = connectSocket(stage.sallyport.mysqlPort, stage.sallyport.host)
      socket.on('error', () => undefined)
      await once(socket, 'data')
      const closed = once(socket, 'close')
      socket.resume().write(bytes)
      await closed
    }
    const client = await stage.connect()
    expect((await client.query('SELECT 1 AS one'))[0]).toEqual([{ one: 1 }])
    await client.end()
  })

  it('a token that is wrong, and a connection that is not there, are refused', async () => {
    expect(await errnoOf(stage.connect('all', { password: 'not a token' }))).toBe(1045)
    expect(await errnoOf(stage.connect('nothing'))).toBe(1045)
    expect([1044, 1049]).toContain(await errnoOf(stage.connect('all', { database: 'no_such_database' })))
  })

  it('commands that no session has are refused, and the session goes on', async () => {
    const wire = await openMysqlWire({ ...stage.login(), clear: true })
    // COM_BINLOG_DUMP, COM_REGISTER_REPLICA, COM_CLONE, COM_SHUTDOWN, COM_DAEMON, one that is none, and COM_CHANGE_USER.
    const bodies = [0x12, 0x15, 0x20, 0x08, 0x1d, 0xc8].map((command) => Buffer.from([command, 0, 0, 0, 0, 0, 0, 0, 0]))
    for (const body of [...bodies, Buffer.from('\u0011root\0\0shop\0', 'latin1')]) {
      wire.raw(body)
      const [answer] = await wire.replies(1)
      expect(answer?.kind).toBe('err')
    }
    const [packet] = (await wire.query('SELECT 1')).filter(({ kind }) => kind === 'row')
    expect(textOf(packet)).toBe('\u00011')
    wire.destroy()
    await stage.noBackends()
  })

  it('KILL QUERY by the id of the greeting ends what runs, and no one else’s id ends anything', async () => {
    const [sleeper, other] = [await openMysqlWire({ ...stage.login(), clear: true }), await stage.connect()]
    sleeper.send({ type: 'COM_QUERY', attributes: [], query: Buffer.from('SELECT SLEEP(60) AS s') })
    await until(async () => (await stage.ours()).some(({ info }) => info?.includes('SLEEP') === true))
    const strangers = (await mysql.query<{ id: number }>('SELECT connection_id() AS id'))[0]?.id ?? 0
    expect(await errnoOf(other.query(`KILL QUERY ${strangers + 100_000}`))).toBe(1094)
    expect(await errnoOf(other.query(`KILL QUERY ${sleeper.login.connectionId}`))).toBe(0)
    const answer = await sleeper.replies(1)
    // MySQL and MariaDB end a SLEEP with a row of 1, or with an error.
    expect(answer.some(({ kind }) => kind === 'err' || kind === 'row')).toBe(true)
    const [packet] = (await sleeper.query('SELECT 1')).filter(({ kind }) => kind === 'row')
    expect(textOf(packet)).toBe('\u00011')
    expect(await errnoOf(other.query(`KILL ${sleeper.login.connectionId}`))).toBe(0)
    await sleeper.rest()
    await other.end()
    await stage.noBackends()
  })

  it('a reload reaches running sessions at their next statement', async () => {
    const client = await stage.connect()
    expect(await errnoOf(client.query('CREATE TEMPORARY TABLE before_reload (a INT)'))).toBe(0)
    const text = await readFile(stage.sallyport.gatewayFile, 'utf8')
    const config = JSON.parse(text) as { gateway: { connections: { guardrails: string[] }[] } }
    for (const connection of config.gateway.connections) connection.guardrails = ['read-only']
    await writeFile(stage.sallyport.gatewayFile, JSON.stringify(config))
    await until(async () => (await errnoOf(client.query('CREATE TEMPORARY TABLE IF NOT EXISTS r (a INT)'))) === 1142, {
      what: 'the new policy',
    })
    await writeFile(stage.sallyport.gatewayFile, text)
    await until(async () => (await errnoOf(client.query('CREATE TEMPORARY TABLE IF NOT EXISTS r (a INT)'))) === 0, {
      what: 'the old policy',
    })
    await client.end()
  })
})

function textOf(packet: MysqlPacket | undefined): string {
  return Buffer.from(packet?.raw.payload ?? []).toString('latin1')
}
