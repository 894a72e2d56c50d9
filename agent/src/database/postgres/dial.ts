import type { Socket } from 'node:net'
import { ALPN_PROTOCOL, encodeFrontend } from '@sallyport/pg-wire'
import { AgentError } from '../../errors.ts'
import { channelBindingData } from './digest.ts'
import { connectSocket, upgradeToTls, verifies } from '../connect.ts'
import { readChunk } from '../stream.ts'
import { isSocketPath, type DatabaseTarget } from '../target.ts'

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
export async function dial(target: DatabaseTarget, signal: AbortSignal): Promise<Dialled> {
  const socket = await connectSocket(target, `${target.host}/.s.PGSQL.${target.port}`, signal)
  try {
    if (target.tls === 'disable' || isSocketPath(target)) return { socket, tls: 'none', channelBinding: undefined }
    await askForTls(socket, signal)
    const encrypted = await upgradeToTls(socket, target, [ALPN_PROTOCOL], signal)
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

const ANSWER_TLS = 0x53 // 'S'
