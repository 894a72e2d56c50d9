import { createSecureContext, type SecureContext } from 'node:tls'
import type { GatewayConfig, GatewayConnection } from '@sallyport/config'
import { compilePolicy, type Policy } from '@sallyport/policy'
import { staticTokens, type Authenticator } from './identity/tokens.ts'

/** Everything that a configuration decides and a reload may replace. It never changes; who keeps working asks for the current one. */
export interface Runtime {
  readonly config: GatewayConfig
  readonly policy: Policy
  readonly authenticator: Authenticator
  readonly connections: ReadonlyMap<string, GatewayConnection>
  /** Undefined when the gateway has no certificate, which only loopback allows. */
  readonly secureContext: SecureContext | undefined
}

/** Compiles a configuration. Throws what is wrong with its policy or its certificate. */
export function compileRuntime(config: GatewayConfig): Runtime {
  return {
    config,
    policy: compilePolicy(config.policy),
    authenticator: staticTokens(config.tokens.map(({ token, identity }) => ({ token: token.reveal(), identity }))),
    connections: new Map(config.connections.map((connection) => [connection.name, connection])),
    secureContext:
      config.tls === undefined
        ? undefined
        : createSecureContext({ cert: config.tls.cert, key: config.tls.key.reveal(), minVersion: 'TLSv1.2' }),
  }
}
