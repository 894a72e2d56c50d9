import type { Clock } from '@sallyport/core'
import { requireSafe, splitAddress } from './address.ts'
import { Link } from './link.ts'
import type { ConnectionOffer, SessionOpen } from './messages.ts'
import type { AgentSession } from './session.ts'
import { DEFAULT_LIMITS } from './settings.ts'
import type { TunnelLimits } from './settings.ts'

export interface TunnelClientOptions {
  /** `host:port` of each gateway; each is dialled and kept by itself. */
  readonly addresses: readonly string[]
  /** The agent's name for itself. */
  readonly name: string
  readonly version: string
  /** Sent as a bearer token; asked for at each dial, so a rotated one is picked up. Undefined where a client certificate is the credential. */
  readonly token?: () => string
  /**
   * Without it the tunnel is plaintext, which only loopback may be unless `allowPlaintext`. As a function it is asked at each dial, so renewed
   * certificates are picked up.
   */
  readonly tls?: ClientTls | (() => ClientTls)
  readonly allowPlaintext?: boolean
  readonly connections: readonly ConnectionOffer[]
  /** Called once per session, before anything else about it. */
  readonly onSession: (session: AgentSession, open: SessionOpen) => void
  readonly onAttached?: (link: TunnelLink) => void
  /** The link is down, or a dial failed; the next dial comes after `retryMs`. */
  readonly onDetached?: (link: TunnelLink, reason: LinkFailure) => void
  readonly limits?: Partial<TunnelLimits>
  readonly backoff?: Partial<Backoff>
  readonly clock: Pick<Clock, 'monotonicMs'>
  /** From 0 to below 1: the jitter. */
  readonly random: () => number
}

/** PEM texts. */
export interface ClientTls {
  /** Certificates to trust instead of the system's. */
  readonly ca?: string
  /** The agent's own certificate and its key, for mTLS. */
  readonly cert?: string
  readonly key?: string
  /** The name the gateway's certificate must carry, when it is not the host that is dialled. */
  readonly serverName?: string
}

/** The wait before attempt n is a random time between `minMs` and `minMs * 2^n`, at most `maxMs`. */
export interface Backoff {
  readonly minMs: number
  readonly maxMs: number
}

/** The way to one gateway. */
export interface TunnelLink {
  readonly address: string
  readonly state: 'connecting' | 'attached' | 'waiting' | 'closed'
  /** Name the gateway gave itself; '' before the first Welcome. */
  readonly gateway: string
  readonly sessions: number
}

export interface LinkFailure {
  readonly code: 'unauthenticated' | 'unreachable' | 'lost' | 'silent' | 'protocol-violation' | 'closed'
  readonly message: string
  /** Undefined when there is no next attempt. */
  readonly retryMs: number | undefined
}

/** The agent's side of the tunnel. */
export interface TunnelClient {
  readonly links: () => readonly TunnelLink[]
  /** Replaces the connections on offer, on every link. */
  readonly announce: (connections: readonly ConnectionOffer[]) => void
  /** Announces the drain, lets sessions finish for `drainMs`, cuts what is left, and closes every link. */
  readonly close: (options?: { readonly drainMs?: number }) => Promise<void>
}

/** Dials every gateway and keeps dialling; never throws for a gateway that is away. @throws TunnelError `insecure-address`, `misuse`. */
export function dialTunnel(options: TunnelClientOptions): TunnelClient {
  for (const address of options.addresses) requireSafe(splitAddress(address).host, options)
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const backoff = { ...DEFAULT_BACKOFF, ...options.backoff }
  const links = options.addresses.map((address) => new Link({ ...options, address, limits, backoff }))
  return {
    links: () => links,
    announce: (connections) => {
      for (const link of links) link.announce(connections)
    },
    close: async ({ drainMs = 0 } = {}) => {
      await Promise.all(links.map((link) => link.close(drainMs)))
    },
  }
}

const DEFAULT_BACKOFF: Backoff = { minMs: 100, maxMs: 15_000 }
