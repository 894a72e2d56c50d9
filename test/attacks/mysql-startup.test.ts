import { CLIENT, encodePackets } from '@sallyport/mysql-wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { setMysqlStage, startPeople, type MysqlStage } from '../faults/mysql-setup.ts'
import { mysqlFlavours, openMysqlWire, readAudit, type TestMysql } from '../support/index.ts'
import { openRaw, type Raw } from './raw.ts'

const LOGIN_TIMEOUT_MS = 1500
/** What every client of today speaks, without a schema. */
const FLAGS = CLIENT.PROTOCOL_41 | CLIENT.SECURE_CONNECTION | CLIENT.PLUGIN_AUTH
const CLEAR = 'mysql_clear_password'

// The gateway answers all of this by itself, so one server behind it is enough.
describe.each(mysqlFlavours().slice(0, 1))('before %s', (flavour) => {
  let mysql: TestMysql
  let stage: MysqlStage

  beforeAll(async () => {
    mysql = await startPeople(flavour)
    stage = await setMysqlStage(mysql, { gateway: { limits: { login_timeout: `${LOGIN_TIMEOUT_MS}ms` } } })
  })

  afterAll(async () => {
    await stage?.stop()
    await mysql?.stop()
  })

  /** A connection that has been greeted. */
  const greeted = async (): Promise<Raw> => {
    const raw = await openRaw(stage.sallyport.mysqlPort)
    await raw.ask(Buffer.alloc(0), 60)
    return raw
  }
  /** The kinds of the packets behind the greeting, by their first bytes. */
  const answersTo = async (...bytes: readonly Uint8Array[]): Promise<readonly number[]> => {
    const raw = await greeted()
    raw.socket.write(Buffer.concat(bytes))
    return firstBytes(await raw.end(LOGIN_TIMEOUT_MS + 6000)).slice(1)
  }
  const token = (): string => `${stage.sallyport.token}\0`

  it('a response that is right leads to a session, so that those below are refused for what is wrong with them', async () => {
    const raw = await greeted()
    raw.socket.write(Buffer.concat([response({ proof: token() }), encodePackets(Uint8Array.of(1), 0)]))
    expect(firstBytes(await raw.end()).slice(1)).toEqual([OK])
  })

  describe('a first packet', () => {
    const WRONG: readonly (readonly [string, Uint8Array])[] = [
      ['with a number that is not next', response({ sequence: 0 })],
      ['with a number of somebody else', response({ sequence: 2 })],
      ['of a client of long ago', response({ flags: FLAGS & ~CLIENT.PROTOCOL_41 })],
      ['without a user', response({ user: '' })],
      ['with bytes behind its end', response({ behind: 'x' })],
      ['without the end of its user', packet(head(FLAGS), 'all')],
      ['with a proof beyond its end', packet(head(FLAGS), 'all\0\u00ffx')],
      [
        'with attributes beyond its end',
        response({ flags: FLAGS | CLIENT.CONNECT_ATTRS, behind: '\u00fc\u00ff\u00ff' }),
      ],
      [
        'with an attribute beyond its attributes',
        response({ flags: FLAGS | CLIENT.CONNECT_ATTRS, behind: '\u0002\u00f0x' }),
      ],
      ['that asks for TLS where there is none', packet(head(FLAGS | CLIENT.SSL), '')],
      [
        'that asks for TLS and goes on',
        Buffer.concat([packet(head(FLAGS | CLIENT.SSL), ''), response({ sequence: 2 })]),
      ],
      ['of nothing', encodePackets(new Uint8Array(0), 1)],
      ['of an address of somebody else', Buffer.from('PROXY TCP4 203.0.113.9 203.0.113.1 1 3306\r\n')],
      ['that says it has 16 MiB', Buffer.from([0xff, 0xff, 0xff, 1])],
      [
        'with a level of compression that is none',
        response({ flags: FLAGS | CLIENT.ZSTD_COMPRESSION_ALGORITHM, behind: '\u00ff' }),
      ],
    ]

    it.each(WRONG)('%s leads to no session', async (_what, bytes) => {
      const kinds = await answersTo(bytes)
      expect(kinds).not.toContain(OK)
      expect(kinds.length).toBeLessThanOrEqual(1)
      expect(await stage.ours()).toEqual([])
    })

    it('that is cut anywhere leads to no session', async () => {
      const whole = Buffer.from(
        response({ proof: token(), flags: FLAGS | CLIENT.CONNECT_ATTRS, behind: '\u0004\u0001a\u0001b' }),
      )
      const body = whole.subarray(4)
      const cuts = Array.from({ length: body.length - 1 }, (_, length) => body.subarray(0, length))
      for (let at = 0; at < cuts.length; at += 20) {
        const kinds = await Promise.all(cuts.slice(at, at + 20).map((cut) => answersTo(encodePackets(cut, 1))))
        expect(kinds.flat()).not.toContain(OK)
      }
    })
  })

  it('the address that a client claims is in no record', async () => {
    await answersTo(Buffer.from('PROXY UNKNOWN 203.0.113.9 203.0.113.1 1 3306\r\n'))
    expect(JSON.stringify(await readAudit(stage.sallyport.auditDirectory))).not.toContain('203.0.113')
    expect(stage.sallyport.gateway.output()).not.toContain('203.0.113')
  })

  it.each(['all#masked', 'all@masked', 'ALL', 'all ', ' all', 'root', "all' OR '1", 'all\u0001', 'x'.repeat(300)])(
    'the user %j is no connection',
    async (user) => {
      expect(await answersTo(response({ user, proof: token() }))).toEqual([ERR])
    },
  )

  it.each(['mysql?host=203.0.113.9', 'shop;DROP', '../mysql', 'shop`', 'shop\u0001'])(
    'the schema %j is a name and nothing else',
    async (schema) => {
      const flags = FLAGS | CLIENT.CONNECT_WITH_DB
      expect(await answersTo(response({ flags, proof: token(), schema }))).toEqual([ERR])
    },
  )

  describe('a proof', () => {
    it.each([
      ['of nothing', ''],
      ['of a NUL', '\0'],
      ['of the token and more', 'TOKEN\0more'],
      ['of less than the token', 'TOKE'],
      ['that is longer than any token', 'x'.repeat(250)],
    ])('%s is none', async (_what, proof) => {
      const raw = await greeted()
      raw.socket.write(response({ proof: proof.replace('TOKEN', stage.sallyport.token) }))
      // Whoever showed nothing is asked, and shows nothing again.
      raw.socket.write(encodePackets(Buffer.from('\0'), 3))
      expect(firstBytes(await raw.end(LOGIN_TIMEOUT_MS + 6000)).slice(1)).not.toContain(OK)
    })

    it.each([
      'mysql_native_password',
      'mysql_old_password',
      'caching_sha2_password',
      'dialog',
      'authentication_windows_client',
      '',
    ])('by %j is never taken for a password: the password itself is asked for', async (plugin) => {
      const raw = await greeted()
      const [, asked] = firstBytes(await raw.ask(response({ proof: 'x'.repeat(32), plugin }), 5))
      expect([SWITCH, MORE]).toContain(asked)
      raw.socket.destroy()
    })
  })

  it('what was sent behind a wrong password never runs', async () => {
    const statement = encodePackets(Buffer.from('\u0003CREATE TABLE behind_a_wrong_password (a INT)', 'latin1'), 0)
    expect(await answersTo(response({ proof: 'wrong\0' }), statement)).toEqual([ERR])
    expect(await mysql.query("SHOW TABLES LIKE 'behind%'")).toEqual([])
  })

  it('what was sent behind the right one is judged before it runs', async () => {
    const statement = encodePackets(Buffer.from('\u0003CREATE TABLE behind_the_password (a INT)', 'latin1'), 0)
    const goodbye = encodePackets(Uint8Array.of(1), 0)
    expect(await answersTo(response({ user: 'locked', proof: token() }), statement, goodbye)).toEqual([OK, ERR])
    expect(await mysql.query("SHOW TABLES LIKE 'behind%'")).toEqual([])
  })

  it('what the gateway does not offer is not spoken, whoever asks for it', async () => {
    const wire = await openMysqlWire({
      ...stage.login('locked'),
      clear: true,
      with: CLIENT.LOCAL_FILES | CLIENT.SSL_VERIFY_SERVER_CERT,
    })
    expect(wire.login.capabilities.flags & CLIENT.SSL).toBe(0)
    wire.destroy()
  })

  it('half of anything, and then silence, is over when the login has to be', async () => {
    const whole = Buffer.from(response({ proof: token() }))
    const raws = await Promise.all(
      [1, 4, 40, whole.length - 1].map(async (length) => ({ length, raw: await greeted() })),
    )
    for (const { length, raw } of raws) raw.socket.write(whole.subarray(0, length))
    const heard = await Promise.all(raws.map(({ raw }) => raw.end(LOGIN_TIMEOUT_MS + 6000)))
    expect(heard.flatMap((bytes) => firstBytes(bytes).slice(1))).not.toContain(OK)
  })
})

interface Response {
  readonly user?: string
  readonly proof?: string
  readonly plugin?: string
  readonly schema?: string
  readonly flags?: number
  readonly sequence?: number
  /** What follows the end. */
  readonly behind?: string
}

/** A HandshakeResponse41, of which anything may be wrong. */
function response({
  user = 'all',
  proof = 'x\0',
  plugin = CLEAR,
  schema = '',
  flags = FLAGS,
  sequence = 1,
  behind = '',
}: Response): Uint8Array {
  const named = (flags & CLIENT.CONNECT_WITH_DB) === 0 ? '' : `${schema}\0`
  const text = `${user}\0${String.fromCharCode(proof.length)}${proof}${named}${plugin}\0${behind}`
  return packet(head(flags), text, sequence)
}

function head(flags: number): Uint8Array {
  const bytes = Buffer.alloc(32)
  bytes.writeUInt32LE(flags >>> 0)
  bytes.writeUInt32LE(0xff_ffff, 4)
  bytes[8] = 45
  return bytes
}

function packet(begin: Uint8Array, text: string, sequence = 1): Uint8Array {
  return encodePackets(Buffer.concat([begin, Buffer.from(text, 'latin1')]), sequence)
}

/** The first bytes of the packets in a stream. */
function firstBytes(bytes: Buffer): readonly number[] {
  const seen: number[] = []
  for (let at = 0; at + 4 < bytes.length; at += 4 + bytes.readUIntLE(at, 3)) seen.push(bytes[at + 4] ?? -1)
  return seen
}

const OK = 0x00
const ERR = 0xff
const SWITCH = 0xfe
const MORE = 0x01
