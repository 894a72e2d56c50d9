import { Buffer } from 'node:buffer'
import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BackendMessage } from '../backend/message.ts'
import { noticeFields } from '../backend/notice-fields.ts'
import { RawMessage } from '../framing/raw-message.ts'
import { decodeFrontend } from '../frontend/message.ts'
import type { LoginCrypto } from './crypto.ts'
import { DEFAULT_LOGIN_OPTIONS, LOGIN, type LoginEffect, type LoginMethod, type LoginOptions } from './login-state.ts'
import { beginLogin, stepLogin } from './login.ts'

const crypto: LoginCrypto = {
  hash: (algorithm, data) => createHash(algorithm).update(data).digest(),
  hmacSha256: (key, data) => createHmac('sha256', key).update(data).digest(),
  pbkdf2Sha256: async (password, salt, iterations) => pbkdf2Sync(password, salt, iterations, 32, 'sha256'),
  randomBytes: (length) => randomBytes(length),
  equal: (a, b) => a.length === b.length && timingSafeEqual(a, b),
}

const options: LoginOptions = {
  ...DEFAULT_LOGIN_OPTIONS,
  methods: new Set<LoginMethod>(['trust', 'password', 'md5', 'scram-sha-256']),
  user: 'user',
  password: 'pencil',
  channelBinding: { use: 'none' },
  minor: 2,
}
const bound: LoginOptions = {
  ...options,
  channelBinding: { use: 'tls-server-end-point', data: new Uint8Array(32).fill(7) },
}

const ok: BackendMessage = { type: 'AuthenticationOk' }
const ready: BackendMessage = { type: 'ReadyForQuery', status: 'idle' }
const scram: BackendMessage = { type: 'AuthenticationSASL', mechanisms: ['SCRAM-SHA-256'] }
const plus: BackendMessage = { type: 'AuthenticationSASL', mechanisms: ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256'] }
const key: BackendMessage = { type: 'BackendKeyData', processId: 1, secretKey: new Uint8Array(32) }

type Script = readonly (BackendMessage | ((said: string) => BackendMessage))[]

/** Plays a server's messages; a function makes its message from what was said last. Returns what came of the last. */
async function play(
  script: Script,
  how: LoginOptions = options,
): Promise<{ said: string[]; end: LoginEffect | undefined }> {
  let state = beginLogin(how)
  const said: string[] = []
  let end: LoginEffect | undefined
  for (const step of script) {
    const message = typeof step === 'function' ? step(said.at(-1) ?? '') : step
    const result = await stepLogin(state, message, how, crypto)
    state = result.state
    for (const effect of result.effects) {
      if (effect.type === 'send') said.push(words(effect.bytes, said.length))
      else end = effect
    }
  }
  return { said, end }
}

async function failure(script: Script, how?: LoginOptions): Promise<string | undefined> {
  const { end } = await play(script, how)
  return end?.type === 'failed' ? end.failure.code : end?.type
}

/** The text of a response; the first of SCRAM has its mechanism before it. */
function words(bytes: Uint8Array, index: number): string {
  const raw = new RawMessage(bytes)
  try {
    const message = decodeFrontend(raw, index === 0 ? 'SASLInitialResponse' : 'SASLResponse')
    if (message.type === 'SASLInitialResponse')
      return `${message.mechanism} ${Buffer.from(message.data ?? []).toString()}`
    if (message.type === 'SASLResponse') return Buffer.from(message.data).toString()
  } catch {
    // A PasswordMessage: one text.
  }
  return Buffer.from(raw.body.subarray(0, -1)).toString()
}

const data = (text: string): Uint8Array => Buffer.from(text)

/** A server that knows the password, and can be made to misbehave. */
function scramServer(
  change: {
    readonly nonce?: (client: string) => string
    readonly first?: (honest: string) => string
    readonly final?: (honest: string) => string
    readonly iterations?: number
    readonly password?: string
  } = {},
): readonly [(said: string) => BackendMessage, (said: string) => BackendMessage] {
  const {
    nonce = (client) => `${client}more`,
    first = same,
    final = same,
    iterations = 4096,
    password = 'pencil',
  } = change
  const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64')
  let clientFirstBare = ''
  let serverFirst = ''
  return [
    (said) => {
      clientFirstBare = said.slice(said.indexOf('n=', said.indexOf(',') + 1))
      const clientNonce = clientFirstBare.slice(clientFirstBare.indexOf('r=') + 2)
      serverFirst = first(`r=${nonce(clientNonce)},s=${salt.toString('base64')},i=${iterations}`)
      return { type: 'AuthenticationSASLContinue', data: data(serverFirst) }
    },
    (said) => {
      const withoutProof = said.slice(0, said.lastIndexOf(',p='))
      const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256')
      const hmac = (by: Uint8Array, text: string): Buffer => createHmac('sha256', by).update(text).digest()
      const auth = `${clientFirstBare},${serverFirst},${withoutProof}`
      const clientKey = hmac(salted, 'Client Key')
      const signature = hmac(createHash('sha256').update(clientKey).digest(), auth)
      const proof = Buffer.from(said.slice(said.lastIndexOf(',p=') + 3), 'base64')
      const shown = proof.map((byte, index) => byte ^ (signature[index] ?? 0))
      if (!Buffer.from(shown).equals(clientKey)) throw new Error('the proof is wrong')
      const v = hmac(hmac(salted, 'Server Key'), auth).toString('base64')
      return { type: 'AuthenticationSASLFinal', data: data(final(`v=${v}`)) }
    },
  ]
}

function same(text: string): string {
  return text
}

describe('logging in', () => {
  it('by SCRAM proves both sides, and gives what the server told', async () => {
    const status: BackendMessage = { type: 'ParameterStatus', name: 'server_version', value: '18.1' }
    const { said, end } = await play([scram, ...scramServer(), ok, status, key, ready])
    expect(said[0]).toMatch(/^SCRAM-SHA-256 n,,n=,r=[A-Za-z0-9+/]{24}$/u)
    expect(said[1]).toMatch(/^c=biws,r=.*more,p=.{44}$/u)
    expect(end).toEqual({
      type: 'ready',
      login: {
        parameters: new Map([['server_version', '18.1']]),
        key: { processId: 1, secretKey: new Uint8Array(32) },
        minor: 2,
        method: 'scram-sha-256',
        channelBound: false,
      },
    })
  })

  it('binds SCRAM to the connection wherever both sides can', async () => {
    const { said, end } = await play([plus, ...scramServer(), ok, ready], bound)
    expect(said[0]).toMatch(/^SCRAM-SHA-256-PLUS p=tls-server-end-point,,n=,r=/u)
    const channel = Buffer.from(said[1]?.slice(2, said[1].indexOf(',')) ?? '', 'base64')
    expect(channel.toString('latin1')).toBe(`p=tls-server-end-point,,${'\u0007'.repeat(32)}`)
    expect(end?.type === 'ready' && end.login.channelBound).toBe(true)
  })

  it('says that it could have bound where none was offered', async () => {
    const { said } = await play([scram], bound)
    expect(said[0]).toContain('SCRAM-SHA-256 y,,n=')
  })

  it('by md5 answers as the server computes it', async () => {
    const salt = Uint8Array.of(1, 2, 3, 4)
    const inner = createHash('md5').update('penciluser').digest('hex')
    const expected = `md5${createHash('md5').update(inner).update(salt).digest('hex')}`
    const { said } = await play([{ type: 'AuthenticationMD5Password', salt }, ok])
    expect(said).toEqual([expected])
  })

  it('takes an older minor version, and a key as long as that gives', async () => {
    const older: BackendMessage = { type: 'NegotiateProtocolVersion', minor: 0, unknownOptions: [] }
    const short: BackendMessage = { type: 'BackendKeyData', processId: 1, secretKey: new Uint8Array(4) }
    const { end } = await play([older, ok, short, ready])
    expect(end?.type === 'ready' && end.login.minor).toBe(0)
    expect(await failure([older, ok, key, ready])).toBe('violation')
  })

  it('holds no password once it was used', async () => {
    const { state } = await stepLogin(beginLogin(options), scram, options, crypto)
    expect(JSON.stringify(state)).toContain('pencil')
    const { state: proved } = await stepLogin(
      state,
      scramServer()[0](`SCRAM-SHA-256 n,,${state.phase === 'ScramBegun' ? state.pending.clientFirstBare : ''}`),
      options,
      crypto,
    )
    expect(proved.phase).toBe('ScramProved')
    expect(JSON.stringify(proved)).not.toContain('pencil')
  })
})

describe('a server that is not honest', () => {
  const dishonest: readonly (readonly [string, Script, string])[] = [
    ['skips its proof', [scram, scramServer()[0], ok], 'violation'],
    ['skips the whole exchange', [scram, ok], 'violation'],
    ['proves another password', [scram, ...scramServer({ final: () => `v=${'A'.repeat(43)}=` })], 'not-authentic'],
    ['proves nothing', [scram, ...scramServer({ final: () => '' })], 'not-authentic'],
    ['says that it failed', [scram, ...scramServer({ final: () => 'e=other-error' })], 'not-authentic'],
    [
      'sends an endless proof',
      [scram, ...scramServer({ final: (honest) => honest + 'x'.repeat(1_000_000) })],
      'not-authentic',
    ],
    ['repeats our nonce', [scram, scramServer({ nonce: same })[0]], 'violation'],
    ['makes up a nonce', [scram, scramServer({ nonce: () => 'made-up' })[0]], 'violation'],
    ['asks for one iteration', [scram, scramServer({ iterations: 1 })[0]], 'violation'],
    [
      'asks for a thousand million',
      [scram, scramServer({ first: (honest) => honest.replace('i=4096', 'i=1000000000') })[0]],
      'violation',
    ],
    [
      'asks for 0x1000',
      [scram, scramServer({ first: (honest) => honest.replace('i=4096', 'i=0x1000') })[0]],
      'violation',
    ],
    [
      'has an extension that must be understood',
      [scram, scramServer({ first: (honest) => `m=x,${honest}` })[0]],
      'violation',
    ],
    ['adds to the message', [scram, scramServer({ first: (honest) => `${honest},x=y` })[0]], 'violation'],
    [
      'has a salt that is none',
      [scram, scramServer({ first: (honest) => honest.replace(/s=[^,]*/u, 's=!!!!') })[0]],
      'violation',
    ],
    ['asks for the password in the middle', [scram, { type: 'AuthenticationCleartextPassword' }], 'violation'],
    [
      'asks for it twice',
      [{ type: 'AuthenticationCleartextPassword' }, { type: 'AuthenticationCleartextPassword' }],
      'violation',
    ],
    ['begins SCRAM twice', [scram, scram], 'violation'],
    ['offers what is not known', [{ type: 'AuthenticationSASL', mechanisms: ['OAUTHBEARER'] }], 'method-unsupported'],
    ['asks for GSSAPI', [{ type: 'AuthenticationGSS' }], 'method-unsupported'],
    ['begins with rows', [{ type: 'EmptyQueryResponse' }], 'violation'],
    ['is ready before it said so', [ready], 'violation'],
    ['begins in a transaction', [ok, { type: 'ReadyForQuery', status: 'block' }], 'violation'],
    ['gives two keys', [ok, key, key], 'violation'],
    [
      'talks on and on',
      [ok, ...Array.from({ length: 600 }, (): BackendMessage => ({ type: 'NoticeResponse', fields: [] }))],
      'violation',
    ],
    [
      'sends an endless parameter',
      [ok, { type: 'ParameterStatus', name: 'x', value: 'x'.repeat(10_000) }],
      'violation',
    ],
    ['negotiates a newer version', [{ type: 'NegotiateProtocolVersion', minor: 3, unknownOptions: [] }], 'violation'],
    [
      'negotiates twice',
      [
        { type: 'NegotiateProtocolVersion', minor: 0, unknownOptions: [] },
        { type: 'NegotiateProtocolVersion', minor: 0, unknownOptions: [] },
      ],
      'violation',
    ],
    [
      'negotiates an option nobody asked for',
      [{ type: 'NegotiateProtocolVersion', minor: 0, unknownOptions: ['_pq_.x'] }],
      'violation',
    ],
  ]
  it.each(dishonest)('is found out when it %s', async (_, script, code) => {
    expect(await failure(script)).toBe(code)
  })

  it('cannot have channel binding dropped', async () => {
    const required = { ...bound, requireChannelBinding: true }
    expect(await failure([scram], required)).toBe('method-refused')
    expect(await failure([ok], required)).toBe('method-refused')
    expect(await failure([{ type: 'AuthenticationMD5Password', salt: new Uint8Array(4) }], required)).toBe(
      'method-refused',
    )
    expect(await failure([plus], { ...options, requireChannelBinding: true })).toBe('method-refused')
    expect(await failure([{ type: 'AuthenticationSASL', mechanisms: ['SCRAM-SHA-256-PLUS'] }])).toBe('violation')
  })

  it.each([
    ['trust', ok],
    ['password', { type: 'AuthenticationCleartextPassword' }],
    ['md5', { type: 'AuthenticationMD5Password', salt: new Uint8Array(4) }],
    ['scram-sha-256', scram],
  ] as const)('gets no %s where it is not allowed', async (method, message) => {
    const methods = new Set([...options.methods].filter((allowed) => allowed !== method))
    const { said, end } = await play([message], { ...options, methods })
    expect(said).toEqual([])
    expect(end?.type === 'failed' && end.failure.code).toBe('method-refused')
  })

  it('passes on its SQLSTATE and no control character', async () => {
    const error = (sqlState: string): BackendMessage => ({
      type: 'ErrorResponse',
      fields: noticeFields({ severity: 'FATAL', sqlState, message: `\u001b[2Jno\u202E ${'x'.repeat(1000)}` }),
    })
    const { end } = await play([error('28P01')])
    expect(end).toMatchObject({ type: 'failed', failure: { code: 'refused', sqlState: '28P01' } })
    const message = end?.type === 'failed' ? end.failure.serverMessage : undefined
    expect(message).toMatch(/^\?\[2Jno\? x+$/u)
    expect(message?.length).toBe(200)
    const { end: odd } = await play([error('<b>')])
    expect(odd?.type === 'failed' && odd.failure.sqlState).toBe(undefined)
  })
})

describe('any messages', () => {
  const message = fc.constantFrom<BackendMessage>(
    ok,
    ready,
    scram,
    plus,
    key,
    { type: 'AuthenticationCleartextPassword' },
    { type: 'AuthenticationMD5Password', salt: new Uint8Array(4) },
    { type: 'AuthenticationSASLContinue', data: data('r=x,s=AAAA,i=4096') },
    { type: 'AuthenticationSASLFinal', data: data('v=AAAA') },
    { type: 'AuthenticationSSPI' },
    { type: 'ParameterStatus', name: 'a', value: 'b' },
    { type: 'NoticeResponse', fields: [] },
    { type: 'ErrorResponse', fields: [] },
    { type: 'NegotiateProtocolVersion', minor: 0, unknownOptions: [] },
    { type: 'NotificationResponse', processId: 1, channel: 'c', payload: 'p' },
    { type: 'DataRow', values: [] },
  )

  it('never leave the table, and nothing follows the end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(message, { maxLength: 10 }), fc.constantFrom(options, bound), async (messages, how) => {
        let state = beginLogin(how)
        for (const next of messages) {
          const { state: after, effects } = await stepLogin(state, next, how, crypto)
          const allowed = [LOGIN[state.phase][next.type], 'Failed']
          expect(allowed).toContain(after.phase)
          // Readiness needs AuthenticationOk, and nobody gets a response without asking.
          expect(effects.some(({ type }) => type === 'ready')).toBe(after.phase === 'Ready')
          expect(effects.some(({ type }) => type === 'failed')).toBe(after.phase === 'Failed')
          state = after
        }
      }),
      { numRuns: 1000, interruptAfterTimeLimit: 3000 },
    )
  })
})
