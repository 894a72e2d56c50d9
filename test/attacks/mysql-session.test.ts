import { deflateSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { CLIENT, encodePackets } from '@sallyport/mysql-wire'
import { setMysqlStage, startPeople, type MysqlStage } from '../faults/mysql-setup.ts'
import {
  mysqlFlavours,
  openMysqlWire,
  type MysqlPacket,
  type MysqlWire,
  type MysqlWireOptions,
  type TestMysql,
} from '../support/index.ts'
import { notRead, residentMb } from './resident.ts'

const IDLE_TIMEOUT_MS = 3000
const DROP = Buffer.from('\u0003DROP TABLE victim', 'latin1')
const QUIT = Buffer.from([1])
const COMMAND = Buffer.from(encodePackets(DROP, 0))
const EXECUTE_LAST = Buffer.from([0x17, 0xff, 0xff, 0xff, 0xff, 0, 1, 0, 0, 0])
const BOB = 'another-token-for-tests-0123456789'

describe.each(mysqlFlavours())('before %s', (flavour) => {
  let mysql: TestMysql
  let stage: MysqlStage
  let wire: MysqlWire

  const session = (user: 'all' | 'locked', more: Partial<MysqlWireOptions> = {}): Promise<MysqlWire> =>
    openMysqlWire({ ...stage.login(user), clear: true, without: CLIENT.QUERY_ATTRIBUTES, ...more })
  const again = async (user: 'all' | 'locked', more: Partial<MysqlWireOptions> = {}): Promise<void> => {
    wire.destroy()
    wire = await session(user, more)
  }

  beforeAll(async () => {
    mysql = await startPeople(flavour)
    await mysql.query('CREATE TABLE victim (a INT); INSERT INTO victim VALUES (1), (2), (3)')
    stage = await setMysqlStage(mysql, {
      files: { 'bob.token': BOB },
      gateway: {
        limits: { idle_timeout: `${IDLE_TIMEOUT_MS}ms`, message_bytes: '20MiB', statement_bytes: '18MiB' },
        identity: {
          tokens: [
            { token: 'env:SALLYPORT_TEST_TOKEN', subject: 'alice@example.com', groups: ['dev'] },
            { token: 'file:bob.token', subject: 'bob@example.com', groups: ['dev'] },
          ],
        },
      },
    })
  })

  afterAll(async () => {
    await stage?.stop()
    await mysql?.stop()
  })

  beforeEach(async () => {
    wire = await session('locked')
  })

  afterEach(async () => {
    wire.destroy()
    // Whatever a test expects, nothing has come through.
    const [victim] = await mysql.query<{ n: number }>('SELECT COUNT(*) AS n FROM victim')
    if (victim?.n !== 3) throw new Error('a statement came through')
  })

  describe('a command that lies about itself', () => {
    const LIES: readonly (readonly [string, Uint8Array])[] = [
      ['a command of nothing', Buffer.alloc(0)],
      ['a statement without its id', Buffer.from([0x17, 1, 0])],
      ['an execution without parameters that it needs', Buffer.from([0x17, 1, 0, 0, 0])],
      ['a fetch without its number of rows', Buffer.from([0x1c, 1, 0, 0, 0])],
      ['a close that says too much', Buffer.from([0x19, 1, 0, 0, 0, 0x44])],
      ['an option that is none', Buffer.from([0x1b, 9])],
      ['a kill without its id', Buffer.from([0x0c, 1])],
      ['a list of fields without the end of its table', Buffer.from('\u0004victim', 'latin1')],
    ]

    it.each(LIES)('%s ends the session or is an error, and what follows is judged', async (_what, body) => {
      wire.raw(body, DROP, QUIT)
      for (const packet of await wire.rest()) expect(packet.kind).toBe('err')
    })

    const HEADS = ['\u0001\u0001', '\u0000\u0002', '\u00fc\u00ff\u00ff\u0001', `\u00fe${'\u00ff'.repeat(8)}\u0001`]

    it.each(HEADS)('attributes that are not what they say (%j) hide no statement', async (head) => {
      await again('locked', { without: 0 })
      wire.raw(Buffer.from(`\u0003${head}DROP TABLE victim`, 'latin1'), QUIT)
      for (const packet of await wire.rest()) expect(packet.kind).toBe('err')
    })

    it('an attribute that holds a statement is a value, where there are attributes', async () => {
      await again('locked', { without: 0 })
      const isSpoken = (wire.login.capabilities.flags & CLIENT.QUERY_ATTRIBUTES) !== 0
      expect(isSpoken).toBe(flavour === 'mysql')
      // One attribute, of a string type, without a null.
      const value = DROP.subarray(1).toString('latin1')
      const attribute = `\u0001\u0001\0\u0001\u00fe\0${lengthed(value)}${lengthed(value)}`
      wire.raw(Buffer.from(`\u0003${isSpoken ? attribute : ''}SELECT 1`, 'latin1'))
      expect((await wire.replies(1)).some(({ kind }) => kind === 'row')).toBe(true)
    })

    it('a command that does not begin with 0 is not the beginning of anything else', async () => {
      wire.bytes(encodePackets(DROP, 7))
      wire.bytes(encodePackets(DROP, 0))
      wire.bytes(encodePackets(QUIT, 0))
      for (const packet of await wire.rest()) expect(packet.kind).toBe('err')
    })
  })

  it('what stands in the second packet of a statement is judged with the first', async () => {
    const text = `SELECT 1 /*${'x'.repeat(0xff_ffff)}*/; DROP TABLE victim`
    wire.raw(Buffer.from(`\u0003${text}`, 'latin1'))
    expect((await wire.replies(1, 60_000)).map(({ kind }) => kind)).toEqual(['err'])
  }, 120_000)

  it.each(['SET NAMES gbk', "SET sql_mode = 'ANSI_QUOTES'"])(
    'code that says %s smuggles no statement into the texts that follow',
    async (change) => {
      await mysql.query(`DROP PROCEDURE IF EXISTS changes; CREATE PROCEDURE changes() ${change}`)
      await again('all')
      await wire.query('CALL changes()')
      // In GBK the backslash belongs to a letter, and the quote behind it ends the string; with ANSI_QUOTES there is none.
      const hidden = Buffer.from("SELECT '\u00bf\\'; SELECT ssn FROM people; -- '", 'latin1')
      const quoted = Buffer.from('SELECT "ssn" FROM people WHERE id = 1')
      for (const text of [hidden, quoted]) {
        wire.raw(Buffer.concat([Uint8Array.of(3), text]))
        const rows = (await wire.replies(1)).filter(({ kind }) => kind === 'row').map(textOf)
        expect(rows.filter((row) => row.includes('123-45'))).toEqual([])
      }
    },
  )

  it('half a command, and then silence, is an idle session', async () => {
    wire.bytes(encodePackets(DROP, 0).subarray(0, -1))
    const last = (await wire.rest(IDLE_TIMEOUT_MS + 8000)).at(-1)
    expect(Buffer.from(last?.raw.payload ?? []).toString('latin1')).toMatch(/idle/)
  })

  it('a text of several statements runs whole or not at all, whoever asked that there be several', async () => {
    wire.send({ type: 'COM_SET_OPTION', option: 0 })
    await wire.replies(1)
    expect((await wire.query('DO 1; DROP TABLE victim; SELECT 1')).map(({ kind }) => kind)).toEqual(['err'])
    expect((await wire.query('DO 1; DO 2')).map(({ kind }) => kind)).toEqual(['ok', 'ok'])
    wire.send({ type: 'COM_SET_OPTION', option: 1 })
    await wire.replies(1)
    expect((await wire.query('DO 1; DO 2')).map(({ kind }) => kind)).toEqual(['err'])
  })

  it('statements that were not prepared here cannot be executed, fetched or given long data', async () => {
    for (let id = 0; id < 5; id++) {
      wire.raw(Buffer.from([0x18, id, 0, 0, 0, 0, 0, 0x44]))
      wire.raw(Buffer.from([0x17, id, 0, 0, 0, 0, 1, 0, 0, 0]))
      expect((await wire.replies(1)).map(({ kind }) => kind)).toEqual(['err'])
      wire.raw(Buffer.from([0x1c, id, 0, 0, 0, 1, 0, 0, 0]))
      expect((await wire.replies(1)).map(({ kind }) => kind)).toEqual(['err'])
    }
  })

  it('the last statement is none when the last one was refused', async () => {
    wire.raw(Buffer.from('\u0016SELECT 1', 'latin1'))
    await wire.replies(1)
    wire.raw(Buffer.from('\u0016DROP TABLE victim', 'latin1'), EXECUTE_LAST)
    expect((await wire.replies(2)).map(({ kind }) => kind)).toEqual(['err', 'err'])
  })

  it('a NUL hides nothing that follows it', async () => {
    for (const text of [
      'SELECT 1\0; DROP TABLE victim',
      'SELECT 1 -- \0\nINTO OUTFILE "/tmp/x"',
      '\0DROP TABLE victim',
    ]) {
      expect((await wire.query(text)).map(({ kind }) => kind)).toEqual(['err'])
    }
  })

  it('a session of somebody else cannot be killed, by any number and in any words', async () => {
    const bobs = await session('all', { password: BOB })
    await again('all')
    const [row] = (await bobs.query('SELECT CONNECTION_ID()')).filter(({ kind }) => kind === 'row')
    const atServer = textOf(row).slice(1)
    for (const id of [String(bobs.login.connectionId), atServer]) {
      const number = Buffer.alloc(5)
      number[0] = 0x0c
      number.writeUInt32LE(Number(id), 1)
      wire.raw(number)
      expect((await wire.replies(1)).map(({ kind }) => kind)).toEqual(['err'])
      for (const text of [
        `KILL ${id}`,
        `KILL QUERY ${id}`,
        `/*!50000 KILL */ ${id}`,
        `KILL ${id} + 0`,
        `KILL (SELECT ${id})`,
        `DO 1; KILL ${id}`,
        `PREPARE k FROM 'KILL ${id}'`,
        ...(flavour === 'mariadb'
          ? [
              `EXECUTE IMMEDIATE 'KILL ${id}'`,
              `KILL HARD CONNECTION ${id}`,
              `KILL USER sallyport`,
              `KILL QUERY ID ${id}`,
            ]
          : []),
      ]) {
        expect([text, (await wire.query(text)).at(-1)?.kind]).toEqual([text, 'err'])
      }
    }
    expect((await bobs.query('SELECT 1')).some(({ kind }) => kind === 'row')).toBe(true)
    bobs.destroy()
  })

  it('no file leaves a client of a connection that does not say so, though the client offers', async () => {
    await again('all')
    await mysql.query('CREATE TABLE IF NOT EXISTS loaded (t TEXT)')
    expect(
      (await wire.query("LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE loaded")).map(({ kind }) => kind),
    ).not.toContain('file')
  })

  describe('compressed', () => {
    it('what is refused in one frame is refused, and the rest of the frame is answered in its order', async () => {
      await again('locked', { compressed: 'zlib' })
      wire.raw(DROP)
      expect((await wire.replies(1)).map(({ kind }) => kind)).toEqual(['err'])
      expect((await wire.query(`SELECT '${'x'.repeat(100_000)}'`)).some(({ kind }) => kind === 'row')).toBe(true)
    })

    const FRAMES: readonly (readonly [string, Uint8Array])[] = [
      ['says that it is longer than it is', frame(deflateSync(COMMAND), COMMAND.length + 1)],
      ['says that it is shorter than it is', frame(deflateSync(COMMAND), COMMAND.length - 1)],
      ['becomes far more than it says', frame(deflateSync(Buffer.alloc(16_000_000)), 100)],
      ['is not compressed though it says so', frame(COMMAND, 100)],
      ['holds a command that lies about itself', frame(encodePackets(Buffer.from([0x17, 1]), 0), 0)],
    ]

    it.each(FRAMES)('a frame that %s ends the session', async (_what, bytes) => {
      await again('locked', { compressed: 'zlib' })
      const before = residentMb(stage).gateway
      wire.socket.write(bytes)
      expect((await wire.rest()).map(({ kind }) => kind)).toEqual(['err'])
      expect(residentMb(stage).gateway - before).toBeLessThan(50)
    })
  })

  it('a client that is answered here and never reads is not read either', async () => {
    const before = residentMb(stage).gateway
    const execute = encodePackets(Buffer.from([0x17, 9, 0, 0, 0, 0, 1, 0, 0, 0]), 0)
    const many = Buffer.concat(Array.from({ length: 100_000 }, () => execute))
    for (let n = 0; n < 20; n++) wire.socket.write(many)
    await notRead(wire)
    expect(residentMb(stage).gateway - before).toBeLessThan(60)
  }, 60_000)
})

function textOf(packet: MysqlPacket | undefined): string {
  return Buffer.from(packet?.raw.payload ?? []).toString('latin1')
}

/** A frame of the compressed protocol. */
function frame(body: Uint8Array, lengthBefore: number): Uint8Array {
  const head = Buffer.alloc(7)
  head.writeUIntLE(body.length, 0, 3)
  head.writeUIntLE(lengthBefore, 4, 3)
  return Buffer.concat([head, body])
}

/** A text behind its length. */
function lengthed(text: string): string {
  return `${String.fromCharCode(text.length)}${text}`
}
