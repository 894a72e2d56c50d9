import type { Clock } from '@sallyport/core'
import { requireSafe } from './address.ts'
import type { Authenticate } from './authenticate.ts'
import type { ConnectionOffer, SessionOpen } from './messages.ts'
import type { GatewaySession } from './session.ts'
import { serveCalls } from './grpc-server.ts'
import { Registry } from './registry.ts'
import { DEFAULT_LIMITS } from './settings.ts'
import type { TunnelLimits } from './settings.ts'

export interface TunnelServerOptions {
  readonly host: string
  /** 0 picks a free port; see {@link TunnelServer.address}. */
  readonly port: number
  /** Name of this gateway, as agents see it. */
  readonly gateway: string
  readonly version: string
  /** Without it the tunnel is plaintext, which only loopback may be unless `allowPlaintext`. */
  readonly tls?: ServerTls
  /** Plaintext beyond loopback: for a mesh that encrypts by itself. */
  readonly allowPlaintext?: boolean
  readonly authenticate: Authenticate
  readonly limits?: Partial<TunnelLimits>
  readonly onAttach?: (agent: AttachedAgent) => void
  readonly onDetach?: (agent: AttachedAgent, reason: DetachReason) => void
  /** An attempt that was turned away: for logs and counters. */
  readonly onRefused?: (refusal: { readonly peer: string; readonly message: string }) => void
  readonly clock: Pick<Clock, 'monotonicMs'>
  /** Unguessable bytes. */
  readonly randomBytes: (length: number) => Uint8Array
}

/** PEM texts. */
export interface ServerTls {
  readonly cert: string
  readonly key: string
  /** Certificates that sign the agents'; with it a client certificate is asked for. */
  readonly clientCa?: string
  /** Refuse whoever shows no certificate signed by `clientCa`; default true when `clientCa` is there. */
  readonly requireClientCertificate?: boolean
}

export interface AttachedAgent {
  /** Unique for one attachment of one process; an agent that reconnects has a new one. */
  readonly id: string
  /** As authenticated. */
  readonly name: string
  readonly version: string
  /** Address and port it came from. */
  readonly peer: string
  readonly connections: readonly ConnectionOffer[]
  readonly sessions: number
  readonly draining: boolean
}

export interface DetachReason {
  readonly code: 'closed' | 'lost' | 'silent' | 'protocol-violation' | 'shutdown'
  readonly message: string
}

/** The gateway's side of the tunnel. */
export interface TunnelServer {
  readonly address: { readonly host: string; readonly port: number }
  readonly agents: () => readonly AttachedAgent[]
  /**
   * Opens a session on the attached agent of that name that serves the connection and has the fewest sessions; when that one is lost
   * meanwhile, or declines, on the next.
   * @throws NoAgentError, SessionRefusedError, or TunnelError `agent-lost`, `open-timeout`, `aborted`, `tunnel-closed`, `too-many-sessions`.
   */
  readonly openSession: (open: SessionOpen, options: OpenSessionOptions) => Promise<GatewaySession>
  /** Uses renewed certificates for new connections; those that stand keep theirs. @throws TunnelError `misuse` on a server without TLS. */
  readonly replaceTls: (tls: ServerTls) => void
  /** Takes no new sessions, waits for those that run, cuts them after `drainMs`, and stops listening. */
  readonly close: (options?: { readonly drainMs?: number }) => Promise<void>
}

export interface OpenSessionOptions {
  /** Name of the agent that the configuration gives this connection to; no other may serve it. */
  readonly agent: string
  readonly signal?: AbortSignal
}

/** Listens for agents. @throws TunnelError `insecure-address`, `listen-failed`. */
export async function listenTunnel(options: TunnelServerOptions): Promise<TunnelServer> {
  requireSafe(options.host, options)
  const registry = new Registry({ ...options, limits: { ...DEFAULT_LIMITS, ...options.limits } })
  const server = await serveCalls({
    host: options.host,
    port: options.port,
    tls: options.tls,
    limits: registry.limits,
    onCall: (call) => registry.accept(call),
  })
  return {
    address: server.address,
    agents: () => registry.agents(),
    openSession: (open, how) => registry.openSession(open, how),
    replaceTls: (tls) => server.replaceTls(tls),
    close: async ({ drainMs = 0 } = {}) => {
      await registry.drain(drainMs)
      await server.close()
    },
  }
}
