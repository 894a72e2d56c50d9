import { isIPv4 } from 'node:net'

/** Whether an address is of this machine alone: 127.0.0.0/8, ::1, and the former in its IPv6 form. */
export function isLoopback(address: string): boolean {
  const plain = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address
  return plain === '::1' || (isIPv4(plain) && plain.startsWith('127.'))
}
