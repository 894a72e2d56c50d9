import { once } from 'node:events'
import type { Socket } from 'node:net'
import { TLSSocket, type SecureContext } from 'node:tls'

/** Takes a client's connection into TLS. Rejects when that fails, or the signal aborts; what is already in the socket is read as TLS. */
export async function upgradeTls(
  plain: Socket,
  secureContext: SecureContext | undefined,
  protocols: readonly string[],
  signal: AbortSignal,
): Promise<TLSSocket> {
  if (secureContext === undefined) throw new Error('TLS was promised without a certificate')
  plain.removeAllListeners('readable')
  const secure = new TLSSocket(plain, { isServer: true, secureContext, ALPNProtocols: [...protocols] })
  const gone = new AbortController()
  // Whoever leaves within the handshake is no error of the handshake.
  const leave = (): void => gone.abort(new Error('the client left within its TLS handshake'))
  secure.once('close', leave)
  try {
    await once(secure, 'secure', { signal: AbortSignal.any([signal, gone.signal]) })
  } finally {
    secure.off('close', leave)
  }
  return secure
}
