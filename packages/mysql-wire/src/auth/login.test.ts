import { describe, expect, test } from 'vitest'
import type { BackendMessage } from '../backend/message.ts'
import { encodeBackend } from '../backend/message.ts'
import { type Capabilities, CLIENT, MARIADB, spoken } from '../capabilities.ts'
import { PacketReader } from '../framing/packet-reader.ts'
import type { RawPacket } from '../framing/raw-packet.ts'
import { decodeFirstPacket, type HandshakeResponse } from '../frontend/handshake-response.ts'
import { LOGIN_BEGIN, stepLogin, tlsEstablished } from './login.ts'
import {
  DEFAULT_LOGIN_OPTIONS,
  type LoginMethod,
  type LoginOptions,
  type LoginState,
  type LoginStep,
} from './login-state.ts'
import { cachingSha2Password, mix, nativePassword } from './scramble.ts'
import { nodeCrypto, serverKey } from './testdata/crypto.ts'

const ALL = spoken({ localFiles: false, tls: true, compression: { zlib: true, zstd: true } })
const NONE: Capabilities = { flags: 0, extended: 0 }
const NONCE = Uint8Array.from({ length: 20 }, (_, index) => index + 65)
const OPTIONS: LoginOptions = {
  ...DEFAULT_LOGIN_OPTIONS,
  user: 'agent',
  password: 'secret',
  schema: 'shop',
  capabilities: spoken({ localFiles: false, tls: true, compression: { zlib: false, zstd: false } }),
  attributes: [],
}
const PLAIN: LoginOptions = { ...OPTIONS, tls: 'none' }
const OK: BackendMessage = {
  type: 'OK',
  end: false,
  affectedRows: 0n,
  lastInsertId: 0n,
  status: 2,
  warnings: 0,
  info: '',
  sessionState: undefined,
}

function greeting(
  change: { readonly plugin?: string; readonly flags?: number; readonly extended?: number } = {},
): BackendMessage {
  return {
    type: 'HandshakeV10',
    serverVersion: '9.1.0',
    connectionId: 7,
    capabilities: { flags: change.flags ?? ALL.flags, extended: change.extended ?? 0 },
    characterSet: 255,
    status: 2,
    authData: NONCE,
    plugin: change.plugin ?? 'caching_sha2_password',
  }
}

function raw(message: BackendMessage, sequence: number, capabilities: Capabilities = NONE): RawPacket {
  const reader = new PacketReader({ maxMessageBytes: 1 << 20 })
  reader.push(encodeBackend(message, capabilities, sequence))
  return reader.next()!
}

/** Goes through packets of a server; the last step is the result. */
function login(options: LoginOptions, ...messages: readonly BackendMessage[]): LoginStep {
  let step: LoginStep = { state: LOGIN_BEGIN, effects: [] }
  for (const [index, message] of messages.entries()) {
    step = stepLogin(step.state, raw(message, index * 2), options, nodeCrypto)
  }
  return step
}

/** The payload of the only packet that a step sends. */
function sent(step: LoginStep): Uint8Array {
  const [effect] = step.effects
  return effect?.type === 'send' ? effect.bytes.subarray(4) : new Uint8Array(0)
}

function response(step: LoginStep): HandshakeResponse {
  const message = decodeFirstPacket(sent(step))
  if (message.type !== 'HandshakeResponse41') throw new Error(`${message.type} was sent`)
  return message
}

function failure(step: LoginStep): string | undefined {
  const [effect] = step.effects
  return effect?.type === 'failed' ? effect.failure.code : undefined
}

const switchTo = (plugin: string, data: Uint8Array = Uint8Array.of(...NONCE, 0)): BackendMessage => ({
  type: 'AuthSwitchRequest',
  plugin,
  data,
})
const more = (...data: readonly number[]): BackendMessage => ({ type: 'AuthMoreData', data: Uint8Array.from(data) })

describe('what is said first', () => {
  test('a request for TLS says that it is one, whatever else the caller wants to speak', () => {
    const { flags, extended } = OPTIONS.capabilities
    const step = login({ ...OPTIONS, capabilities: { flags: (flags & ~CLIENT.SSL) >>> 0, extended } }, greeting())
    expect(decodeFirstPacket(sent(step)).type).toBe('SSLRequest')
  })

  test('with TLS required nothing but a request for it is said in the clear', () => {
    const step = login(OPTIONS, greeting())
    expect(decodeFirstPacket(sent(step))).toMatchObject({ type: 'SSLRequest' })
    expect(step.effects[1]).toEqual({ type: 'upgradeTls' })
    expect(step.state.phase).toBe('TlsHandshake')
    const on = tlsEstablished(step.state, OPTIONS, nodeCrypto)
    expect(response(on)).toMatchObject({ user: 'agent', schema: 'shop', plugin: 'caching_sha2_password' })
    expect(on.effects[0]).toMatchObject({ bytes: expect.objectContaining({ 3: 2 }) as unknown })
  })

  test('a server without TLS gets nothing where TLS is required', () => {
    const step = login(OPTIONS, greeting({ flags: ALL.flags & ~CLIENT.SSL }))
    expect(failure(step)).toBe('no-tls')
  })

  test('a packet in the clear behind the request for TLS ends the login', () => {
    expect(failure(login(OPTIONS, greeting(), OK))).toBe('violation')
  })

  test('only what both speak is asked for', () => {
    const { capabilities } = response(login(PLAIN, greeting({ flags: ALL.flags & ~CLIENT.SESSION_TRACK })))
    expect(capabilities.flags & CLIENT.SESSION_TRACK).toBe(0)
    expect(capabilities.flags & (CLIENT.SSL | CLIENT.COMPRESS | CLIENT.LOCAL_FILES)).toBe(0)
    expect(capabilities.flags & CLIENT.DEPRECATE_EOF).not.toBe(0)
  })

  test('MariaDB is spoken to as it wants to be, MySQL as it does', () => {
    const flags = ALL.flags & ~CLIENT.LONG_PASSWORD
    const extended = MARIADB.PROGRESS | MARIADB.COM_MULTI | MARIADB.EXTENDED_METADATA
    const mariadb = response(login(PLAIN, greeting({ flags, extended })))
    expect(mariadb.capabilities.extended).toBe(MARIADB.PROGRESS | MARIADB.EXTENDED_METADATA)
    expect(response(login(PLAIN, greeting({ extended }))).capabilities.extended).toBe(0)
  })

  test('a server that does not name plug-ins, or speaks an older protocol, is refused', () => {
    expect(failure(login(PLAIN, greeting({ flags: ALL.flags & ~CLIENT.PLUGIN_AUTH })))).toBe('violation')
    expect(failure(login(PLAIN, OK))).toBe('violation')
  })
})

describe('proofs', () => {
  test('caching_sha2_password proves with a hash, and is done when the server knows it', () => {
    const step = login(PLAIN, greeting())
    expect(response(step).authResponse).toEqual(cachingSha2Password('secret', NONCE, nodeCrypto))
    const done = login(PLAIN, greeting(), more(3), OK)
    expect(done.effects).toMatchObject([{ type: 'ready', login: { method: 'caching_sha2_password', connectionId: 7 } }])
  })

  test('the password itself goes over TLS', () => {
    const step = tlsEstablished(login(OPTIONS, greeting()).state, OPTIONS, nodeCrypto)
    const full = stepLogin(step.state, raw(more(4), 4), OPTIONS, nodeCrypto)
    expect(new TextDecoder().decode(sent(full))).toBe('secret\0')
  })

  test.each(['caching_sha2_password', 'sha256_password'])(
    'without TLS, %s gives the password to nobody whose key is not known',
    (plugin) => {
      const ask = plugin === 'sha256_password' ? [switchTo(plugin)] : [more(4)]
      expect(failure(login(PLAIN, greeting(), ...ask))).toBe('insecure')
      const key = serverKey()
      const known = login({ ...PLAIN, serverKeyPem: key.publicKeyPem }, greeting(), ...ask)
      expect(new TextDecoder().decode(mix(key.decrypt(sent(known)), NONCE))).toBe('secret\0')
      const asked = login({ ...PLAIN, acceptServerKey: true }, greeting(), ...ask)
      expect([...sent(asked)]).toEqual([plugin === 'sha256_password' ? 1 : 2])
      const pem = more(...new TextEncoder().encode(key.publicKeyPem))
      const given = login({ ...PLAIN, acceptServerKey: true }, greeting(), ...ask, pem)
      expect(new TextDecoder().decode(mix(key.decrypt(sent(given)), NONCE))).toBe('secret\0')
      expect(failure(login({ ...PLAIN, acceptServerKey: true }, greeting(), ...ask, more(1, 2)))).toBe('violation')
    },
  )

  test('a server is followed to another method once, with its new nonce', () => {
    const other = NONCE.map((byte) => byte + 1)
    const step = login(PLAIN, greeting(), switchTo('mysql_native_password', Uint8Array.of(...other, 0)))
    expect(sent(step)).toEqual(nativePassword('secret', other, nodeCrypto))
    const again = login(PLAIN, greeting(), switchTo('mysql_native_password'), switchTo('caching_sha2_password'))
    expect(failure(again)).toBe('violation')
  })

  test('a server never gets the password in the clear, unless that is allowed and nobody can listen', () => {
    const clear = switchTo('mysql_clear_password', new Uint8Array(0))
    expect(failure(login(PLAIN, greeting(), clear))).toBe('method-refused')
    const methods = new Set<LoginMethod>(['caching_sha2_password', 'mysql_clear_password'])
    expect(failure(login({ ...PLAIN, methods }, greeting(), clear))).toBe('insecure')
    const local = login({ ...PLAIN, methods, local: true }, greeting(), clear)
    expect(new TextDecoder().decode(sent(local))).toBe('secret\0')
  })

  test('ed25519 signs what the server sends, where there is something to sign with', () => {
    const ask = switchTo('client_ed25519', new Uint8Array(32).fill(5))
    expect(failure(login(PLAIN, greeting(), ask))).toBe('method-unsupported')
    const crypto = { ...nodeCrypto, ed25519: () => new Uint8Array(64).fill(9) }
    const begun = stepLogin(LOGIN_BEGIN, raw(greeting(), 0), PLAIN, crypto)
    expect(sent(stepLogin(begun.state, raw(ask, 2), PLAIN, crypto))).toEqual(new Uint8Array(64).fill(9))
  })

  test('a method that is named first but not allowed gets no answer', () => {
    const methods = new Set<LoginMethod>(['caching_sha2_password'])
    const step = login({ ...PLAIN, methods }, greeting({ plugin: 'mysql_native_password' }))
    expect(response(step)).toMatchObject({ plugin: 'caching_sha2_password', authResponse: new Uint8Array(0) })
  })

  test.each(['dialog', 'mysql_old_password', ''])('method %j is not known', (plugin) => {
    expect(failure(login(PLAIN, greeting(), switchTo(plugin)))).toBe('method-unsupported')
  })

  test('an empty password has no hash', () => {
    const { authResponse } = response(login({ ...PLAIN, password: '' }, greeting()))
    expect(authResponse).toHaveLength(0)
  })
})

describe('ends', () => {
  test("a refusal has the server's number, and its words for the log alone", () => {
    const error: BackendMessage = { type: 'ERR', errorCode: 1045, sqlState: '28000', message: 'no\n' }
    const [effect] = login(PLAIN, greeting(), error).effects
    expect(effect).toMatchObject({
      type: 'failed',
      failure: { code: 'refused', errorCode: 1045, sqlState: '28000', serverMessage: 'no?' },
    })
  })

  test('a server that never comes to an end is one', () => {
    let state: LoginState = login(PLAIN, greeting()).state
    for (let index = 0; index < 20 && state.phase === 'Responded'; index += 1) {
      state = stepLogin({ ...state, phase: 'Responded' }, raw(more(9), 2), PLAIN, nodeCrypto).state
    }
    expect(state.phase).toBe('Failed')
    expect(failure(login({ ...PLAIN, maxMessages: 1 }, greeting(), OK))).toBe('violation')
  })

  test('nothing may come after the end', () => {
    expect(failure(login(PLAIN, greeting(), OK, OK))).toBe('violation')
    expect(failure(login(PLAIN, greeting(), more(3), more(3)))).toBe('violation')
  })
})
