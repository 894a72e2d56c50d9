import {
  decodeBackend,
  encodeFrontend,
  MessageReader,
  noticeField,
  type BackendMessage,
  type StartupParameter,
} from '@sallyport/pg-wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ours, setStage, type Stage } from '../faults/setup.ts'
import { readAudit, until } from '../support/index.ts'
import { answerTo, openRaw } from './raw.ts'

const LOGIN_TIMEOUT_MS = 1500

let stage: Stage
let port: number

beforeAll(async () => {
  stage = await setStage({ gateway: { limits: { login_timeout: `${LOGIN_TIMEOUT_MS}ms` } } })
  port = stage.sallyport.port
})

afterAll(async () => {
  await stage?.stop()
})

describe('before the login', () => {
  const OF_NO_USE: readonly (readonly [string, Uint8Array])[] = [
    ['a second request for TLS', Buffer.concat([sslRequest(), sslRequest()])],
    ['a startup message behind a request for GSSAPI', Buffer.concat([gssRequest(), startup()])],
    ['a startup message behind a request for TLS', Buffer.concat([sslRequest(), startup()])],
    ['the address of somebody else', Buffer.from('PROXY TCP4 203.0.113.9 203.0.113.1 1 5432\r\n')],
    ['an address of no known kind', Buffer.from('PROXY UNKNOWN 203.0.113.9 203.0.113.1 1 5432\r\n')],
    ['an address in binary', Buffer.from('0d0a0d0a000d0a515549540a2111000ccb007109cb00710100011538', 'hex')],
    ['version 2 of the protocol', packet(0x0002_0000, 'user\0all\0\0')],
    ['a parameter without an end', packet(0x0003_0000, 'user\0all')],
    ['no end of the parameters', packet(0x0003_0000, 'user\0all\0')],
    ['bytes behind the end of the parameters', packet(0x0003_0000, 'user\0all\0\0database\0postgres\0\0')],
    ['two users', packet(0x0003_0000, 'user\0all\0user\0locked\0\0')],
    ['two databases', packet(0x0003_0000, 'user\0all\0database\0postgres\0database\0template1\0\0')],
    ['no user', packet(0x0003_0000, 'database\0postgres\0\0')],
    ['a parameter without a name', packet(0x0003_0000, 'user\0all\0\0x\0\0')],
    ['a user whose name is cut', packet(0x0003_0000, `user\0all${'x'.repeat(61)}\0\0`)],
    ['a cancel key without a byte', packet(0x04d2_162e, '\0\0\0\u0001')],
    ['a cancel key that is too long', packet(0x04d2_162e, `\0\0\0\u0001${'k'.repeat(257)}`)],
    ['a request that nobody knows', packet(0x04d2_1699, '')],
    ['a statement', encodeFrontend({ type: 'Query', query: 'DROP TABLE people' })],
  ]

  it.each(OF_NO_USE)('%s leads to no session', async (_what, bytes) => {
    const answer = await answerTo(port, bytes)
    expect(answer.includes('R\0\0\0\u0008\0\0\0\0')).toBe(false)
    expect(await ours(stage.postgres)).toEqual([])
  })

  it.each([0, 1, 7, 10_001, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff])(
    'a packet that says it has %i bytes is turned away at its length',
    async (length) => {
      const head = Buffer.alloc(4)
      head.writeUInt32BE(length)
      expect((await answerTo(port, head)).toString('latin1')).toContain('08P01')
    },
  )

  it('the address that a client claims is in no record', async () => {
    await answerTo(port, Buffer.concat([Buffer.from('PROXY TCP4 203.0.113.9 203.0.113.1 1 5432\r\n'), startup()]))
    expect(JSON.stringify(await readAudit(stage.sallyport.auditDirectory))).not.toContain('203.0.113')
    expect(stage.sallyport.gateway.output()).not.toContain('203.0.113')
  })

  it('GSSAPI is refused, TLS that is not there too, and the session begins all the same', async () => {
    const raw = await openRaw(port)
    expect((await raw.ask(gssRequest(), 1)).toString()).toBe('N')
    expect((await raw.ask(sslRequest(), 1)).toString()).toBe('NN')
    raw.socket.write(startup())
    raw.socket.write(Buffer.concat([password(stage.sallyport.token), encodeFrontend({ type: 'Terminate' })]))
    expect(typesOf((await raw.end()).subarray(2))).toContain('AuthenticationOk')
  })
})

describe('in the startup message', () => {
  it('a version that is not there yet, and options of the protocol that nobody knows, are negotiated away', async () => {
    const parameters = [...USER, { name: '_pq_.test_protocol_negotiation', value: '' }]
    const asked = encodeFrontend({ type: 'StartupMessage', major: 3, minor: 9999, parameters })
    const answer = messages(await answerTo(port, asked, password('wrong')))
    expect(answer[0]).toEqual({
      type: 'NegotiateProtocolVersion',
      minor: 2,
      unknownOptions: ['_pq_.test_protocol_negotiation'],
    })
  })

  it.each(['database', 'true', 'on', 'yes', '1', 'TRUE', 't', 'da', ' off', 'off '])(
    'replication %j is refused before a password is asked for',
    async (value) => {
      const answer = messages(await answerTo(port, startup({ name: 'replication', value })))
      expect(answer.map(({ type }) => type)).toEqual(['ErrorResponse'])
      expect(stateOf(answer)).toBe('0A000')
    },
  )

  it.each([
    ['role', 'postgres'],
    ['session_authorization', 'postgres'],
    ['standard_conforming_strings', 'off'],
    ['client_encoding', 'GBK'],
    ['default_transaction_read_only', 'off'],
    ['session_preload_libraries', '/tmp/x'],
    ['log_statement', 'all'],
    ['options', '-c role=postgres'],
    ['options', '--role=postgres'],
    ['options', '-c\\ role=postgres'],
    ['options', '-c role=postgres -c application_name=x'],
    ['options', '-c  session-authorization=postgres'],
    ['options', '-r'],
    ['application_name', 'two\nlines'],
    ['search_path', 'public, pg_catalog'],
  ])('%s %j is refused', async (name, value) => {
    expect(stateOf(messages(await answerTo(port, startup({ name, value }))))).toBe('42501')
  })

  it.each(['postgres host=203.0.113.9', 'postgres?host=203.0.113.9', "postgres' user='postgres", 'postgres\n', '../x'])(
    'the database %j is a name and nothing else',
    async (database) => {
      const asked = startup({ name: 'database', value: database })
      const answer = messages(await answerTo(port, asked, password(stage.sallyport.token)))
      expect(stateOf(answer)).toBe('3D000')
    },
  )

  it.each(['all#masked', 'all@masked', 'ALL', 'all ', ' all', 'alＬ', 'postgres', "all' or '1"])(
    'the user %j is no connection',
    async (user) => {
      const asked = encodeFrontend({
        type: 'StartupMessage',
        major: 3,
        minor: 0,
        parameters: [{ name: 'user', value: user }],
      })
      expect(stateOf(messages(await answerTo(port, asked, password(stage.sallyport.token))))).toBe('28000')
    },
  )
})

describe('in place of the password', () => {
  it.each([
    ['a statement', encodeFrontend({ type: 'Query', query: 'CREATE TABLE early (a int)' })],
    ['a word that ends in the middle', password('x').subarray(0, -1)],
    ['two words', tagged('p', 'one\0two\0')],
    ['more than a password can be', tagged('p', `${'x'.repeat(70_000)}\0`)],
    [
      'SASL',
      encodeFrontend({ type: 'SASLInitialResponse', mechanism: 'SCRAM-SHA-256', data: Buffer.from('n,,n=,r=x') }),
    ],
  ])('%s leads to no session', async (_what, bytes) => {
    const raw = await openRaw(port)
    await raw.ask(startup(), 9)
    raw.socket.write(bytes)
    const answer = await raw.end()
    expect(typesOf(answer)).not.toContain('AuthenticationOk')
    expect(typesOf(answer)).not.toContain('ReadyForQuery')
  })

  it('what was sent behind a wrong password never runs', async () => {
    const statement = encodeFrontend({ type: 'Query', query: 'CREATE TABLE behind_a_wrong_password (a int)' })
    const answer = await answerTo(port, Buffer.concat([startup(), password('wrong'), statement]))
    expect(stateOf(messages(answer))).toBe('28P01')
    expect(await stage.postgres.query("SELECT to_regclass('behind_a_wrong_password') AS made")).toEqual([
      { made: null },
    ])
  })

  it('what was sent behind the right one is judged before it runs', async () => {
    const asked = encodeFrontend({
      type: 'StartupMessage',
      major: 3,
      minor: 0,
      parameters: [{ name: 'user', value: 'locked' }],
    })
    const statement = encodeFrontend({ type: 'Query', query: 'CREATE TABLE behind_the_password (a int)' })
    const raw = await openRaw(port)
    raw.socket.write(Buffer.concat([asked, password(stage.sallyport.token), statement]))
    await until(() => stateOf(messages(raw.heard())) !== undefined, { what: 'an error' })
    expect(stateOf(messages(raw.heard()))).toBe('42501')
    raw.socket.destroy()
    expect(await stage.postgres.query("SELECT to_regclass('behind_the_password') AS made")).toEqual([{ made: null }])
  })
})

it('half of anything, and then silence, is over when the login has to be', async () => {
  const halves = [startup().subarray(0, 3), startup().subarray(0, -1), sslRequest().subarray(0, 7), startup()]
  const raws = await Promise.all(halves.map(() => openRaw(port)))
  raws.forEach(({ socket }, index) => void socket.write(halves[index] ?? Buffer.alloc(0)))
  const half = await openRaw(port)
  await half.ask(startup(), 9)
  half.socket.write(password(stage.sallyport.token).subarray(0, -2))
  const heard = await Promise.all([...raws, half].map((raw) => raw.end(LOGIN_TIMEOUT_MS + 4000)))
  expect(heard.flatMap(typesOf)).not.toContain('AuthenticationOk')
})

function sslRequest(): Uint8Array {
  return encodeFrontend({ type: 'SSLRequest' })
}

function gssRequest(): Uint8Array {
  return encodeFrontend({ type: 'GSSENCRequest' })
}

const USER: readonly StartupParameter[] = [{ name: 'user', value: 'all' }]

function startup(...more: readonly StartupParameter[]): Uint8Array {
  return encodeFrontend({ type: 'StartupMessage', major: 3, minor: 0, parameters: [...USER, ...more] })
}

function password(text: string): Uint8Array {
  return encodeFrontend({ type: 'PasswordMessage', password: text })
}

/** A packet before the login: its code, and what follows that. */
function packet(code: number, body: string): Uint8Array {
  const head = Buffer.alloc(8)
  head.writeInt32BE(8 + Buffer.byteLength(body, 'latin1'))
  head.writeInt32BE(code, 4)
  return Buffer.concat([head, Buffer.from(body, 'latin1')])
}

function tagged(tag: string, body: string): Uint8Array {
  const head = Buffer.alloc(5)
  head.write(tag, 'latin1')
  head.writeInt32BE(4 + body.length, 1)
  return Buffer.concat([head, Buffer.from(body, 'latin1')])
}

function messages(bytes: Uint8Array): readonly BackendMessage[] {
  const reader = new MessageReader({ maxMessageBytes: 1024 * 1024, side: 'backend' })
  reader.push(bytes)
  const seen: BackendMessage[] = []
  for (let raw = reader.next(); raw !== undefined; raw = reader.next()) seen.push(decodeBackend(raw))
  return seen
}

function typesOf(bytes: Uint8Array): readonly string[] {
  return messages(bytes).map(({ type }) => type)
}

function stateOf(seen: readonly BackendMessage[]): string | undefined {
  const error = seen.find((message) => message.type === 'ErrorResponse')
  return error === undefined ? undefined : noticeField(error, 'sqlState')
}
