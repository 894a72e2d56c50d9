import { isIP } from 'node:net'
import { TunnelError } from './errors.ts'

/** Refuses plaintext where others could listen in. @throws TunnelError `insecure-address`. */
export function requireSafe(
  host: string,
  options: { readonly tls?: unknown; readonly allowPlaintext?: boolean },
): void {
  if (options.tls !== undefined || options.allowPlaintext === true || isLoopback(host)) return
  throw new TunnelError('insecure-address', `the tunnel needs TLS on ${host}, which is not loopback`)
}

/** Splits `host:port`; IPv6 addresses stand in brackets. @throws TunnelError `misuse`. */
export function splitAddress(address: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]/]+)):(\d{1,5})$/.exec(address)
  const port = Number(match?.[3])
  if (match === null || port < 1 || port > 65_535) throw new TunnelError('misuse', `"${address}" is not host:port`)
  return { host: (match[1] ?? match[2]) as string, port }
}

function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true
  return isIP(host) === 4 && host.startsWith('127.')
}
