import type { AgentConfig } from '@sallyport/config'
import type { Clock } from '@sallyport/core'
import { type AgentSession, dialTunnel, type SessionOpen, type TunnelClient } from '@sallyport/tunnel'
import type { Logger } from 'pino'

/** What the agent does with the tunnel's events. */
export interface TunnelPort {
  readonly onSession: (session: AgentSession, open: SessionOpen) => void
  /** What is known of a connection's server, as capabilities on offer. */
  readonly learned: (connection: string) => readonly string[]
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly log: Logger
}

/** Dials every gateway of the configuration and keeps dialling; offers its connections. Throws TunnelError for an address that is not safe. */
export function openTunnel(config: AgentConfig, { onSession, learned, clock, log }: TunnelPort): TunnelClient {
  const { addresses, token, tls } = config.gateway
  return dialTunnel({
    addresses,
    name: config.name,
    version: VERSION,
    ...(token === undefined ? {} : { token: () => token.reveal() }),
    ...(tls === undefined ? {} : { tls: clientTls(tls) }),
    connections: offers(config, learned),
    onSession,
    onAttached: ({ address, gateway }) => log.info({ address, gateway }, 'attached to gateway'),
    onDetached: ({ address }, { code, message, retryMs }) =>
      log.warn({ address, code, reason: message, retryMs }, 'detached from gateway'),
    clock,
    random: Math.random,
  })
}

/** The connections that a configuration offers. */
export function offers(
  config: AgentConfig,
  learned: TunnelPort['learned'],
): readonly { name: string; engine: string; capabilities: readonly string[] }[] {
  return config.connections.map(({ name, engine }) => ({
    name,
    engine,
    capabilities: [...CAPABILITIES, ...learned(name)],
  }))
}

/** True when a running tunnel serves this configuration as well as the one it was opened for. */
export function sameTunnel(one: AgentConfig, other: AgentConfig): boolean {
  return one.name === other.name && fingerprint(one) === fingerprint(other)
}

/** Everything the tunnel was dialled with, secrets included: it is compared and not kept. */
function fingerprint({ gateway: { addresses, token, tls } }: AgentConfig): string {
  return JSON.stringify([addresses, token?.reveal(), tls?.ca, tls?.serverName, tls?.own?.cert, tls?.own?.key.reveal()])
}

function clientTls(tls: NonNullable<AgentConfig['gateway']['tls']>): {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly serverName?: string
} {
  return {
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls.own === undefined ? {} : { cert: tls.own.cert, key: tls.own.key.reveal() }),
    ...(tls.serverName === undefined ? {} : { serverName: tls.serverName }),
  }
}

/** What this agent can do beyond carrying bytes; a gateway that relies on one refuses an agent without it. */
const CAPABILITIES: readonly string[] = ['cancel', 'masking', 'policy']
const VERSION = '0.1.0'
