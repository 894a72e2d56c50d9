import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LOGIN_BEGIN, stepLogin, tlsEstablished } from './auth/login.ts'
import { DEFAULT_LOGIN_OPTIONS, type LoginMethod, type LoginOptions, type LoginStep } from './auth/login-state.ts'
import { nodeCrypto, serverKey } from './auth/testdata/crypto.ts'
import { decodeBackendAs } from './backend/message.ts'
import { CLIENT, spoken } from './capabilities.ts'
import { encodePackets } from './framing/encode-packets.ts'
import { PacketReader } from './framing/packet-reader.ts'
import type { RawPacket } from './framing/raw-packet.ts'
import {
  beginStartup,
  DEFAULT_STARTUP_OPTIONS,
  STARTUP,
  type StartupEffect,
  type StartupEvent,
  type StartupOptions,
  type StartupStep,
  stepStartup,
} from './startup.ts'
import { refusal } from './startup-request.ts'
import { SERVER_STATUS } from './status.ts'

const NONCE = Uint8Array.from({ length: 20 }, (_, index) => index + 65)
const GREETING = {
  serverVersion: '9.1.0',
  connectionId: 7,
  capabilities: spoken({ localFiles: false, tls: true, compression: { zlib: true, zstd: true } }),
  characterSet: 255,
  nonce: NONCE,
}
const OPEN: StartupOptions = { ...DEFAULT_STARTUP_OPTIONS, tls: 'none' }
const CLEAR = new Set<LoginMethod>(['mysql_clear_password'])

function packet(bytes: Uint8Array): RawPacket {
  const reader = new PacketReader({ maxMessageBytes: 1 << 20 })
  reader.push(bytes)
  return reader.next()!
}

function event(bytes: Uint8Array, leftover: boolean = false): StartupEvent {
  return { type: 'Packet', raw: packet(bytes), leftover }
}

/** The whole of a beginning: our frontend machine talks to our backend machine; says what both did. */
function talk(
  login: Partial<LoginOptions>,
  options: StartupOptions,
  verdict: StartupEvent = { type: 'Authenticated' },
): Talk {
  const wanted: LoginOptions = {
    ...DEFAULT_LOGIN_OPTIONS,
    user: 'shop-readonly',
    password: 'token',
    schema: 'shop',
    capabilities: spoken({ localFiles: true, tls: true, compression: { zlib: true, zstd: false } }),
    attributes: [{ name: 'program_name', value: 'mysql' }],
    ...login,
  }
  const done: Talk = { effects: [], frontend: undefined }
  let backend = beginStartup(GREETING, options)
  let frontend: LoginStep = { state: LOGIN_BEGIN, effects: [] }
  const toFrontend = (step: StartupStep): void => {
    backend = step
    for (const effect of step.effects) {
      done.effects.push(effect)
      if (effect.type === 'send') toBackend(stepLogin(frontend.state, packet(effect.bytes), wanted, nodeCrypto))
      if (effect.type === 'authenticate') toFrontend(stepStartup(backend.state, verdict, options))
    }
  }
  const toBackend = (step: LoginStep): void => {
    frontend = step
    for (const effect of step.effects) {
      if (effect.type === 'send') toFrontend(stepStartup(backend.state, event(effect.bytes), options))
      if (effect.type === 'upgradeTls') {
        toFrontend(stepStartup(backend.state, { type: 'TlsEstablished' }, options))
        toBackend(tlsEstablished(frontend.state, wanted, nodeCrypto))
      }
    }
  }
  toFrontend(backend)
  done.frontend = frontend
  return done
}

interface Talk {
  readonly effects: StartupEffect[]
  frontend: LoginStep | undefined
}

const passwords = ({ effects }: Talk): (string | undefined)[] =>
  effects.flatMap((effect) => (effect.type === 'authenticate' ? [effect.password] : []))

describe('a frontend and a backend that meet', () => {
  test('over TLS the password comes by caching_sha2_password in full', () => {
    const met = talk({}, DEFAULT_STARTUP_OPTIONS)
    expect(passwords(met)).toEqual(['token'])
    expect(met.frontend?.effects).toMatchObject([{ type: 'ready', login: { method: 'caching_sha2_password' } }])
    expect(met.effects).toContainEqual(
      expect.objectContaining({
        type: 'startup',
        encrypted: true,
        request: expect.objectContaining({
          user: 'shop-readonly',
          schema: 'shop',
          compression: { algorithm: 'zlib' },
          attributes: [{ name: 'program_name', value: 'mysql' }],
        }) as unknown,
      }),
    )
  })

  test('what was not offered is not spoken', () => {
    const startup = talk({}, DEFAULT_STARTUP_OPTIONS).effects.find((effect) => effect.type === 'startup')
    const flags = startup?.type === 'startup' ? startup.request.capabilities.flags : -1
    expect(flags & CLIENT.LOCAL_FILES).toBe(0)
    expect(flags & CLIENT.DEPRECATE_EOF).not.toBe(0)
  })

  test('over TLS the password comes in the clear from who has nothing else', () => {
    const met = talk({ methods: CLEAR }, DEFAULT_STARTUP_OPTIONS)
    expect(passwords(met)).toEqual(['token'])
  })

  test('without TLS it comes under the key, from who says caching_sha2_password first and who does not', () => {
    const options: StartupOptions = { ...OPEN, rsa: serverKey() }
    const login = { tls: 'none', acceptServerKey: true } as const
    expect(passwords(talk(login, options))).toEqual(['token'])
    const native = new Set<LoginMethod>(['mysql_native_password', 'caching_sha2_password'])
    expect(passwords(talk({ ...login, methods: native }, options))).toEqual(['token'])
  })

  test('without TLS and without a key it comes in the clear, from who sees that nobody listens', () => {
    expect(passwords(talk({ tls: 'none', methods: CLEAR, local: true }, OPEN))).toEqual(['token'])
    const met = talk({ tls: 'none' }, OPEN)
    expect(passwords(met)).toEqual([])
    expect(met.frontend?.effects).toMatchObject([{ type: 'failed', failure: { code: 'method-refused' } }])
  })

  test('where no password is asked for, none is', () => {
    const met = talk({ tls: 'none' }, { ...OPEN, password: 'none' })
    expect(passwords(met)).toEqual([undefined])
    expect(met.frontend?.effects).toMatchObject([{ type: 'ready' }])
  })

  test('a refusal reaches the frontend, and the connection closes', () => {
    const met = talk({}, DEFAULT_STARTUP_OPTIONS, { type: 'Refused', error: refusal(1045, '28000', 'no') })
    expect(met.frontend?.effects).toMatchObject([
      { type: 'failed', failure: { code: 'refused', errorCode: 1045, serverMessage: 'no' } },
    ])
    expect(met.effects.at(-1)).toEqual({ type: 'close' })
  })

  test.each([
    ['no user', { user: '' }, 1045],
    ['a user that nobody sees whole', { user: 'a\u0007b' }, 1045],
    ['a schema that is too long', { schema: 'x'.repeat(300) }, 1049],
  ])('%s is refused', (_, login, errorCode) => {
    const met = talk(login, DEFAULT_STARTUP_OPTIONS)
    expect(passwords(met)).toEqual([])
    expect(met.frontend?.effects).toMatchObject([{ type: 'failed', failure: { code: 'refused', errorCode } }])
  })

  test('a session without TLS is refused before anything of it is looked at', () => {
    const met = talk({ tls: 'none' }, DEFAULT_STARTUP_OPTIONS)
    expect(met.frontend?.effects).toMatchObject([{ failure: { code: 'refused', errorCode: 3159 } }])
    expect(met.effects.some((effect) => effect.type === 'startup')).toBe(false)
  })
})

describe('violations', () => {
  test('no byte in the clear survives into TLS', () => {
    const flags = CLIENT.PROTOCOL_41 | CLIENT.SECURE_CONNECTION | CLIENT.SSL
    const request = encodePackets(Uint8Array.of(flags & 0xff, (flags >> 8) & 0xff, ...new Uint8Array(30)), 1)
    const { state } = beginStartup(GREETING, DEFAULT_STARTUP_OPTIONS)
    const step = stepStartup(state, event(request, true), DEFAULT_STARTUP_OPTIONS)
    expect(step.effects.map(({ type }) => type)).toEqual(['violation', 'send', 'close'])
    expect(stepStartup(state, event(request), DEFAULT_STARTUP_OPTIONS).effects).toEqual([{ type: 'upgradeTls' }])
    const none = { ...DEFAULT_STARTUP_OPTIONS, tls: 'none' } as const
    expect(stepStartup(beginStartup(GREETING, none).state, event(request), none).effects[0]?.type).toBe('violation')
  })

  test('a password that is too long ends the session', () => {
    const options = { ...OPEN, maxPasswordBytes: 4 }
    const met = talk({ tls: 'none', methods: CLEAR, local: true }, options)
    expect(passwords(met)).toEqual([])
    expect(met.effects.some(({ type }) => type === 'violation')).toBe(true)
  })

  test('TLS is offered where it can be had', () => {
    for (const tls of ['required', 'optional', 'none'] as const) {
      const [effect] = beginStartup(GREETING, { ...DEFAULT_STARTUP_OPTIONS, tls }).effects
      const bytes = effect?.type === 'send' ? effect.bytes.subarray(4) : new Uint8Array(0)
      const { capabilities } = decodeBackendAs('HandshakeV10', bytes, { flags: 0, extended: 0 })
      expect((capabilities.flags & CLIENT.SSL) !== 0).toBe(tls !== 'none')
    }
  })

  test('what the server said of the session reaches who asked to be told, and nobody else', () => {
    const sessionState = Uint8Array.of(1, 5, 4, 0x73, 0x68, 0x6f, 0x70)
    const verdict = { type: 'Authenticated', status: SERVER_STATUS.AUTOCOMMIT, sessionState } as const
    const all = spoken({ localFiles: true, tls: true, compression: { zlib: false, zstd: false } })
    const ready = (flags: number): unknown =>
      talk({ capabilities: { ...all, flags } }, DEFAULT_STARTUP_OPTIONS, verdict).frontend?.effects
    const told = SERVER_STATUS.AUTOCOMMIT | SERVER_STATUS.SESSION_STATE_CHANGED
    expect(ready(all.flags)).toMatchObject([{ login: { status: told, sessionState } }])
    expect(ready(all.flags & ~CLIENT.SESSION_TRACK)).toMatchObject([
      { login: { status: SERVER_STATUS.AUTOCOMMIT, sessionState: undefined } },
    ])
  })

  test('any events stay in the table, and nothing is authenticated but a password', () => {
    const anyEvent = fc.oneof<fc.Arbitrary<StartupEvent>[]>(
      fc.constantFrom<StartupEvent>(
        { type: 'TlsEstablished' },
        { type: 'Authenticated' },
        { type: 'Refused', error: refusal(1045, '28000', 'no') },
      ),
      fc
        .tuple(fc.uint8Array({ maxLength: 60 }), fc.nat({ max: 5 }), fc.boolean())
        .map(([payload, sequence, leftover]) => event(encodePackets(payload, sequence), leftover)),
    )
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 8 }), (events) => {
        let { state } = beginStartup(GREETING, OPEN)
        for (const one of events) {
          const before = state
          const step = stepStartup(state, one, OPEN)
          state = step.state
          const ways = Object.values(STARTUP[before.phase])
          expect(state.phase === before.phase || state.phase === 'Closed' || ways.includes(state.phase)).toBe(true)
          expect(state.phase !== 'Ready' || before.phase === 'Verifying').toBe(true)
        }
      }),
      { interruptAfterTimeLimit: 2000, numRuns: 1000 },
    )
  })
})
