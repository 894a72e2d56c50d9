import { isIPv4 } from 'node:net'
import type { Path } from '../document/parse.ts'
import type { Address } from '../types.ts'
import type { Context } from './context.ts'

/** Splits `host:port`; a problem when the port is out of range. */
export function parseAddress(text: string, path: Path, context: Context): Address {
  const colon = text.lastIndexOf(':')
  const port = Number(text.slice(colon + 1))
  if (port > 65_535) context.problem(path, `There is no port ${port}; ports end at 65535.`)
  return { host: text.slice(0, colon).replace(/^\[|\]$/g, ''), port }
}

/** Whether only this machine can reach the host. Names other than localhost can come to mean anything, so they do not count. */
export function isLoopback({ host }: Pick<Address, 'host'>): boolean {
  const text = host.toLowerCase()
  return text === 'localhost' || text === '::1' || (isIPv4(text) && text.startsWith('127.'))
}
