import { createHmac } from 'node:crypto'
import type { Secret } from '@sallyport/config'
import type { Hmac } from '@sallyport/masking'

/** The keyed hash of the strategy `hash`; undefined without a key. */
export function hmacOf(hashKey: Secret | undefined): Hmac | undefined {
  if (hashKey === undefined) return undefined
  const key = hashKey.reveal()
  return (value) => createHmac('sha256', key).update(value).digest()
}
