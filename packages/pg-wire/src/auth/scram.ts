import { encodeUtf8 as utf8 } from '@sallyport/bytes'
import { decodeBase64, encodeBase64 } from './base64.ts'
import type { LoginCrypto } from './crypto.ts'
import { saslprep } from './saslprep.ts'

/**
 * SCRAM-SHA-256 from the frontend's side, with and without channel binding (RFC 5802, RFC 7677; spec: sasl-authentication).
 * Three texts go over the wire: our first, the server's first with the salt, our final with the proof; then the server proves in its
 * final that it knows the password too. Until that is verified the server has shown nothing.
 */
export interface ScramStart {
  readonly mechanism: ScramMechanism
  readonly clientFirst: string
  /** What the next step needs; no secret is in it. */
  readonly pending: ScramPending
}

export type ScramMechanism = 'SCRAM-SHA-256' | 'SCRAM-SHA-256-PLUS'

export interface ScramPending {
  readonly gs2Header: string
  readonly clientFirstBare: string
  readonly nonce: string
  readonly channelBinding: Uint8Array
}

/** What a frontend can say of channel binding: it has the data, it could but the server offers none, or it cannot. */
export type ChannelBinding =
  | { readonly use: 'tls-server-end-point'; readonly data: Uint8Array }
  | { readonly use: 'not-offered' }
  | { readonly use: 'none' }

export interface ScramBounds {
  /** Fewer are refused: the proof would be cheap to try passwords against (RFC 7677, section 4: at least 4096). */
  readonly minIterations: number
  /** More are refused: a server could keep the agent busy with them. */
  readonly maxIterations: number
}

export const DEFAULT_SCRAM_BOUNDS: ScramBounds = { minIterations: 4096, maxIterations: 1_000_000 }

/** A text of the server that no honest server sends; the reason quotes nothing of it. */
export interface ScramFault {
  readonly fault: string
}

/** Our first text. The user name in it is empty: the server takes the one of the StartupMessage. */
export function startScram(channelBinding: ChannelBinding, crypto: LoginCrypto): ScramStart {
  const bound = channelBinding.use === 'tls-server-end-point'
  const gs2Header = bound ? 'p=tls-server-end-point,,' : channelBinding.use === 'not-offered' ? 'y,,' : 'n,,'
  const nonce = encodeBase64(crypto.randomBytes(NONCE_BYTES))
  const clientFirstBare = `n=,r=${nonce}`
  return {
    mechanism: bound ? 'SCRAM-SHA-256-PLUS' : 'SCRAM-SHA-256',
    clientFirst: gs2Header + clientFirstBare,
    pending: { gs2Header, clientFirstBare, nonce, channelBinding: bound ? channelBinding.data : new Uint8Array() },
  }
}

export interface ScramProof {
  readonly clientFinal: string
  /** What the server's final must carry. */
  readonly serverSignature: Uint8Array
}

/** Answers the server's first text with the proof. */
export async function proveScram(
  pending: ScramPending,
  serverFirst: string,
  password: string,
  bounds: ScramBounds,
  crypto: LoginCrypto,
): Promise<ScramProof | ScramFault> {
  const parsed = parseServerFirst(serverFirst, pending.nonce, bounds)
  if ('fault' in parsed) return parsed

  const bindingInput = concat(utf8(pending.gs2Header), pending.channelBinding)
  const withoutProof = `c=${encodeBase64(bindingInput)},r=${parsed.nonce}`
  const authMessage = utf8(`${pending.clientFirstBare},${serverFirst},${withoutProof}`)

  const salted = await crypto.pbkdf2Sha256(utf8(saslprep(password)), parsed.salt, parsed.iterations)
  const clientKey = crypto.hmacSha256(salted, utf8('Client Key'))
  const clientSignature = crypto.hmacSha256(crypto.hash('sha256', clientKey), authMessage)
  const proof = clientKey.map((byte, index) => byte ^ (clientSignature[index] ?? 0))
  const serverSignature = crypto.hmacSha256(crypto.hmacSha256(salted, utf8('Server Key')), authMessage)
  return { clientFinal: `${withoutProof},p=${encodeBase64(proof)}`, serverSignature }
}

/** True when the server's final text shows that it knows the password. */
export function verifyScram(serverFinal: string, serverSignature: Uint8Array, crypto: LoginCrypto): boolean {
  const signature = serverFinal.startsWith('v=') ? decodeBase64(serverFinal.slice(2)) : undefined
  return signature !== undefined && crypto.equal(signature, serverSignature)
}

/** `r=nonce,s=salt,i=count` and nothing else: no extension is known, and a mandatory one (`m=`) must not be passed over. */
function parseServerFirst(
  text: string,
  nonce: string,
  bounds: ScramBounds,
): { readonly nonce: string; readonly salt: Uint8Array; readonly iterations: number } | ScramFault {
  const match = /^r=([\u0021-\u002b\u002d-\u007e]{1,1024}),s=([A-Za-z0-9+/=]{4,1024}),i=([1-9]\d{0,9})$/u.exec(text)
  if (match === null) return { fault: 'the first SCRAM message of the server is malformed' }
  const [, serverNonce = '', saltText = '', count = ''] = match
  if (!serverNonce.startsWith(nonce) || serverNonce.length === nonce.length) {
    return { fault: 'the SCRAM nonce of the server does not extend ours' }
  }
  const salt = decodeBase64(saltText)
  if (salt === undefined) return { fault: 'the SCRAM salt of the server is malformed' }
  const iterations = Number(count)
  if (iterations < bounds.minIterations || iterations > bounds.maxIterations) {
    return {
      fault: `the server asks for ${iterations} SCRAM iterations, where ${bounds.minIterations} to ${bounds.maxIterations} are accepted`,
    }
  }
  return { nonce: serverNonce, salt, iterations }
}

function concat(first: Uint8Array, second: Uint8Array): Uint8Array {
  const whole = new Uint8Array(first.length + second.length)
  whole.set(first)
  whole.set(second, first.length)
  return whole
}

/** libpq's SCRAM_RAW_NONCE_LEN. */
const NONCE_BYTES = 18
