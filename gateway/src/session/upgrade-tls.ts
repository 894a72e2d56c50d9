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
  await once(secure, 'secure', { signal })
  return secure
}
