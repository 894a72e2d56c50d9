import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeBackend } from './backend/message.ts'
import { noticeField } from './backend/notice-fields.ts'
import { RawMessage } from './framing/raw-message.ts'
import {
  DEFAULT_STARTUP_OPTIONS,
  isDirectTls,
  STARTUP,
  STARTUP_BEGIN,
  type StartupEffect,
  type StartupEvent,
  type StartupOptions,
  type StartupPhase,
  stepStartup,
} from './startup.ts'

const open: StartupOptions = { ...DEFAULT_STARTUP_OPTIONS, tls: 'optional' }
const plain: StartupOptions = { ...DEFAULT_STARTUP_OPTIONS, tls: 'none' }
const user = { name: 'user', value: 'shop-readonly' }

function startup(parameters: readonly { name: string; value: string }[] = [user], minor = 0): StartupEvent {
  return { type: 'StartupMessage', major: 3, minor, parameters }
}

/** Runs events and shows what came of each as short words. */
function run(events: readonly StartupEvent[], options: StartupOptions = open): { phase: StartupPhase; told: string[] } {
  let state = STARTUP_BEGIN
  const told: string[] = []
  for (const event of events) {
    const step = stepStartup(state, event, options)
    state = step.state
    told.push(...step.effects.map(show))
  }
  return { phase: state.phase, told }
}

function show(effect: StartupEffect): string {
  switch (effect.type) {
    case 'send': {
      if (effect.bytes.length === 1) return String.fromCharCode(effect.bytes[0] ?? 0)
      const message = decodeBackend(new RawMessage(effect.bytes))
      if (message.type === 'ErrorResponse') return `error ${noticeField(message, 'sqlState')}`
      if (message.type === 'NegotiateProtocolVersion') return `3.${message.minor} ${message.unknownOptions.join(' ')}`
      return message.type
    }
    case 'upgradeTls':
      return effect.requireAlpn ? 'tls with alpn' : 'tls'
    case 'startup':
      return `startup ${effect.request.user} ${effect.encrypted ? 'encrypted' : 'clear'}`
    case 'violation':
    case 'cancel':
    case 'authenticate':
    case 'close':
      break
  }
  return effect.type
}

const ssl: StartupEvent = { type: 'SSLRequest', leftover: false }
const gss: StartupEvent = { type: 'GSSENCRequest', leftover: false }
const tls: StartupEvent = { type: 'TlsEstablished', alpn: undefined }
const alpn: StartupEvent = { type: 'TlsEstablished', alpn: 'postgresql' }
const cancel: StartupEvent = { type: 'CancelRequest', processId: 1, secretKey: new Uint8Array(32) }
const password: StartupEvent = { type: 'PasswordMessage', password: 'token' }

describe('the beginning of a session', () => {
  it('goes over TLS to the password and to the session', () => {
    expect(run([ssl, tls, startup(), password, { type: 'Authenticated' }])).toEqual({
      phase: 'Ready',
      told: ['S', 'tls', 'AuthenticationCleartextPassword', 'startup shop-readonly encrypted', 'authenticate'],
    })
  })

  it('refuses GSSAPI and goes on, in either order', () => {
    expect(run([gss, ssl, tls, startup()]).told.slice(0, 3)).toEqual(['N', 'S', 'tls'])
    expect(run([ssl, gss, startup()], plain).told).toEqual([
      'N',
      'N',
      'AuthenticationCleartextPassword',
      'startup shop-readonly clear',
    ])
  })

  it('takes TLS opened directly only with its name', () => {
    expect(run([{ type: 'DirectTls' }, alpn, startup()]).told[0]).toBe('tls with alpn')
    expect(run([{ type: 'DirectTls' }, tls])).toEqual({
      phase: 'Closed',
      told: ['tls with alpn', 'violation', 'close'],
    })
    expect(run([ssl, { type: 'TlsEstablished', alpn: 'http/1.1' }]).phase).toBe('Closed')
    expect([0x16, 0x00, 0x04, 0x50].map(isDirectTls)).toEqual([true, false, false, false])
  })

  it.each([
    ['SSLRequest', { ...ssl, leftover: true }],
    ['GSSENCRequest', { ...gss, leftover: true }],
  ])('ends when bytes came in the clear behind %s', (_, event) => {
    expect(run([event])).toEqual({ phase: 'Closed', told: ['violation', 'error 08P01', 'close'] })
    expect(run([event], plain)).toEqual({ phase: 'Closed', told: ['violation', 'error 08P01', 'close'] })
  })

  it.each([
    ['SSLRequest twice', [ssl, ssl], plain],
    ['GSSENCRequest twice', [gss, gss], open],
    ['SSLRequest inside TLS', [ssl, tls, ssl], open],
    ['GSSENCRequest inside TLS', [ssl, tls, gss], open],
    ['a second StartupMessage', [startup(), startup()], open],
    ['a password before it is asked for', [password], open],
    ['a second password', [startup(), password, password], open],
    ['CancelRequest in a session', [startup(), cancel], open],
  ])('ends at %s', (_, events, options) => {
    const { phase, told } = run(events, options)
    expect(phase).toBe('Closed')
    expect(told).toContain('violation')
  })

  it('is refused in the clear where TLS is required, though a cancel request is taken', () => {
    expect(run([startup()], DEFAULT_STARTUP_OPTIONS).told).toEqual(['error 28000', 'close'])
    expect(run([cancel], DEFAULT_STARTUP_OPTIONS).told).toEqual(['cancel', 'close'])
    expect(run([ssl, tls, startup()], DEFAULT_STARTUP_OPTIONS).phase).toBe('Authenticating')
  })

  it('is refused with an endless password', () => {
    const endless: StartupEvent = { type: 'PasswordMessage', password: 'x'.repeat(40_000) }
    expect(run([startup(), endless]).told.slice(2)).toEqual(['violation', 'error 08P01', 'close'])
  })
})

describe('StartupMessage', () => {
  it.each([
    [0, undefined],
    [2, undefined],
    [1, '3.0 '],
    [3, '3.2 '],
    [9999, '3.2 '],
  ])('3.%i is negotiated to %s', (minor, told) => {
    expect(run([startup([user], minor)]).told[0]).toBe(told ?? 'AuthenticationCleartextPassword')
  })

  it('options of the protocol that are not known are named in order', () => {
    const parameters = [user, { name: '_pq_.b', value: '1' }, { name: '_pq_.a', value: '' }]
    expect(run([startup(parameters, 2)]).told[0]).toBe('3.2 _pq_.b _pq_.a')
  })

  it.each([
    ['no user', [], '28000'],
    ['an empty user', [{ name: 'user', value: '' }], '28000'],
    ['a name that comes twice', [user, { name: 'user', value: 'postgres' }], '08P01'],
    ['a user the server would cut', [{ name: 'user', value: 'é'.repeat(32) }], '08P01'],
    ['too many parameters', Array.from({ length: 65 }, (_, index) => ({ name: `a${index}`, value: '' })), '08P01'],
    ['physical replication', [user, { name: 'replication', value: 'true' }], '0A000'],
    ['logical replication', [user, { name: 'replication', value: 'database' }], '0A000'],
    ['a switch in options', [user, { name: 'options', value: '-B 100' }], '42501'],
    ['a role in options', [user, { name: 'options', value: '-c role=postgres' }], '42501'],
    ['a role', [user, { name: 'Role', value: 'postgres' }], '42501'],
    ['another encoding', [user, { name: 'client_encoding', value: 'SJIS' }], '42501'],
  ])('with %s is refused', (_, parameters, sqlState) => {
    expect(run([startup(parameters)])).toEqual({ phase: 'Closed', told: [`error ${sqlState}`, 'close'] })
  })

  it('gives user, database and settings, those of options first', () => {
    const parameters = [
      user,
      { name: 'database', value: 'shop' },
      { name: 'application_name', value: 'psql' },
      { name: 'options', value: '-c geqo=off --application-name=other' },
      { name: 'replication', value: 'false' },
    ]
    const { effects } = stepStartup(STARTUP_BEGIN, startup(parameters), open)
    const started = effects.find((effect) => effect.type === 'startup')
    expect(started?.request).toEqual({
      user: 'shop-readonly',
      database: 'shop',
      settings: new Map([
        ['geqo', 'off'],
        ['application_name', 'psql'],
      ]),
      minor: 0,
      negotiate: undefined,
    })
  })
})

describe('any events', () => {
  const event = fc.constantFrom<StartupEvent>(
    ssl,
    { ...ssl, leftover: true },
    gss,
    { ...gss, leftover: true },
    { type: 'DirectTls' },
    tls,
    alpn,
    cancel,
    startup(),
    startup([user, { name: 'role', value: 'x' }]),
    password,
    { type: 'Authenticated' },
    { type: 'Refused', refusal: { sqlState: '53300', message: 'full', detail: undefined, hint: undefined } },
    { type: 'Terminate' },
  )

  it('never leave the table, and nothing follows the end', () => {
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 12 }),
        fc.constantFrom(open, plain, DEFAULT_STARTUP_OPTIONS),
        (events, options) => {
          let state = STARTUP_BEGIN
          for (const next of events) {
            const step = stepStartup(state, next, options)
            const reachable = Object.values(STARTUP[state.phase])
            expect(step.state.phase === 'Closed' || reachable.includes(step.state.phase)).toBe(true)
            const told = step.effects.map(show)
            expect(state.phase !== 'Closed' || told.join() === 'violation,close').toBe(true)
            expect(step.state.phase === 'Closed').toBe(told.at(-1) === 'close')
            // Whoever must use TLS never reaches a password without it.
            expect(options.tls !== 'required' || step.state.encrypted || step.state.phase !== 'Authenticating').toBe(
              true,
            )
            state = step.state
          }
        },
      ),
      { numRuns: 2000, interruptAfterTimeLimit: 3000 },
    )
  })
})
