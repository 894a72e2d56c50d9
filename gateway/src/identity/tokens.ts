import { createHash, timingSafeEqual } from 'node:crypto'
import type { Identity } from '@sallyport/core'

/** Turns what a client presents as its password into an identity; undefined when it is not a valid token. */
export interface Authenticator {
  readonly authenticate: (token: string) => Promise<Identity | undefined>
}

/** A token from the configuration and whom it stands for. */
export interface StaticToken {
  readonly token: string
  readonly identity: Identity
}

/**
 * Accepts the tokens of the configuration. Digests are compared, all of them and in constant time, so neither a token's length nor its
 * place in the list can be measured; the tokens themselves are not kept.
 */
export function staticTokens(tokens: readonly StaticToken[]): Authenticator {
  const known = tokens.map(({ token, identity }) => ({ digest: sha256(token), identity }))
  return {
    authenticate: (token) => {
      const digest = sha256(token)
      let found: Identity | undefined
      for (const entry of known) if (timingSafeEqual(entry.digest, digest)) found = entry.identity
      return Promise.resolve(token === '' ? undefined : found)
    },
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest()
}
