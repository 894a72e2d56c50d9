import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { checkServerIdentity, connect as connectTls, type TLSSocket } from 'node:tls'
import { AgentError } from '../errors.ts'
import { isSocketPath, type DatabaseTarget } from './target.ts'

/**
 * Connects to a target, which is a host or a Unix socket at `socketPath`. The caller owns the socket. Throws AgentError `database-unreachable`, and
 * the signal's reason.
 */
export async function connectSocket(target: DatabaseTarget, socketPath: string, signal: AbortSignal): Promise<Socket> {
  signal.throwIfAborted()
  const { host, port } = target
  const socket = isSocketPath(target)
    ? connectTcp({ path: socketPath })
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

/** Begins TLS on a socket, as the target demands. Throws AgentError `tls-failed`, and the signal's reason. */
export async function upgradeToTls(
  socket: Socket,
  target: DatabaseTarget,
  protocols: readonly string[],
  signal: AbortSignal,
): Promise<TLSSocket> {
  const { host, ca, own } = target
  const encrypted = connectTls({
    socket,
    host,
    // RFC 6066, section 3: an IP address is no server name.
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(ca === undefined ? {} : { ca }),
    ...(own === undefined ? {} : { cert: own.cert, key: own.key.reveal() }),
    minVersion: 'TLSv1.2',
    ...(protocols.length === 0 ? {} : { ALPNProtocols: [...protocols] }),
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

/** Whether TLS proves who answers. */
export function verifies(target: DatabaseTarget): boolean {
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

const KEEP_ALIVE_MS = 30_000
