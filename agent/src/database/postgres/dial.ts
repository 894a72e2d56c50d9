import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { checkServerIdentity, connect as connectTls, type TLSSocket } from 'node:tls'
import { ALPN_PROTOCOL, encodeFrontend } from '@sallyport/pg-wire'
import { AgentError } from '../../errors.ts'
import { channelBindingData } from './digest.ts'
import { readChunk } from './stream.ts'
import { isSocketPath, type PostgresTarget } from './target.ts'

/** A connection on which nothing of the session has been said yet. */
export interface Dialled {
  readonly socket: Socket
  /** `verified` when the certificate was checked against an authority, `unverified` when TLS speaks with whoever answered. */
  readonly tls: 'none' | 'unverified' | 'verified'
  /** The data that binds SCRAM to this TLS connection; undefined without TLS, or for a certificate that has none. */
  readonly channelBinding: Uint8Array | undefined
}

/**
 * Connects to the target and upgrades to TLS as it demands. The caller owns the socket. Throws AgentError `database-unreachable`,
 * `tls-refused`, `tls-failed`, `database-violation`, `database-lost`, and the signal's reason.
 */
export async function dial(target: PostgresTarget, signal: AbortSignal): Promise<Dialled> {
  const socket = await connectSocket(target, signal)
  try {
    if (target.tls === 'disable' || isSocketPath(target)) return { socket, tls: 'none', channelBinding: undefined }
    await askForTls(socket, signal)
    const encrypted = await upgrade(socket, target, signal)
    const certificate = encrypted.getPeerX509Certificate()
    return {
      socket: encrypted,
      tls: verifies(target) ? 'verified' : 'unverified',
      channelBinding: certificate === undefined ? undefined : channelBindingData(certificate.raw),
    }
  } catch (error) {
    socket.destroy()
    throw error
  }
}

async function connectSocket(target: PostgresTarget, signal: AbortSignal): Promise<Socket> {
  signal.throwIfAborted()
  const { host, port } = target
  const socket = isSocketPath(target)
    ? connectTcp({ path: `${host}/.s.PGSQL.${port}` })
    : connectTcp({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS })
  // Whoever waits for the socket hears of its errors; while nobody does, one must not end the process.
  socket.on('error', () => {})
  try {
    await outcome(socket, 'connect', signal)
    return socket
  } catch (error) {
    socket.destroy()
    signal.throwIfAborted()
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'closed'
    throw new AgentError('database-unreachable', `no database answers at ${host}:${port} (${code})`, { cause: error })
  }
}

/** Sends SSLRequest. Spec: protocol-flow, "SSL Session Encryption". */
async function askForTls(socket: Socket, signal: AbortSignal): Promise<void> {
  socket.write(encodeFrontend({ type: 'SSLRequest' }))
  const answer = (await readChunk(socket, signal, 1))[0]
  // INVARIANT: nothing that came in the clear is taken for the session's; somebody in between could have written it.
  if (socket.readableLength > 0) {
    throw new AgentError('database-violation', 'bytes came in the clear behind the answer to SSLRequest')
  }
  if (answer !== ANSWER_TLS)
    throw new AgentError('tls-refused', 'the database does not offer TLS, which its target demands')
}

async function upgrade(socket: Socket, target: PostgresTarget, signal: AbortSignal): Promise<TLSSocket> {
  const { host, ca, own } = target
  const encrypted = connectTls({
    socket,
    host,
    // RFC 6066, section 3: an IP address is no server name.
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(ca === undefined ? {} : { ca }),
    ...(own === undefined ? {} : { cert: own.cert, key: own.key.reveal() }),
    minVersion: 'TLSv1.2',
    ALPNProtocols: [ALPN_PROTOCOL],
    rejectUnauthorized: verifies(target),
    checkServerIdentity: (_, certificate) =>
      target.tls === 'verify-full' ? checkServerIdentity(host, certificate) : undefined,
  })
  encrypted.on('error', () => {})
  try {
    await outcome(encrypted, 'secureConnect', signal)
    return encrypted
  } catch (error) {
    encrypted.destroy()
    signal.throwIfAborted()
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'closed'
    throw new AgentError('tls-failed', `the TLS handshake with ${host} failed (${code})`, { cause: error })
  }
}

function verifies(target: PostgresTarget): boolean {
  return target.tls !== 'require' || target.ca !== undefined
}

/** Waits for an event of a socket, for its error or its end, or for the signal. */
function outcome(socket: Socket, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      socket.off(event, happened)
      socket.off('error', failed)
      socket.off('close', closed)
      signal.removeEventListener('abort', aborted)
    }
    const happened = (): void => {
      stop()
      resolve()
    }
    const failed = (error: Error): void => {
      stop()
      reject(error)
    }
    const closed = (): void => failed(new Error('the connection was closed'))
    const aborted = (): void => failed(signal.reason as Error)
    socket.once(event, happened)
    socket.once('error', failed)
    socket.once('close', closed)
    signal.addEventListener('abort', aborted, { once: true })
  })
}

const ANSWER_TLS = 0x53 // 'S'
const KEEP_ALIVE_MS = 30_000
