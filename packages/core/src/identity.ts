/** Who is asking, as an authenticator established it; never as the client claimed it. */
export interface Identity {
  /** The subject claim of the token; stable, and the name the audit log uses. */
  readonly subject: string
  readonly email: string | undefined
  readonly groups: readonly string[]
  /** How it was established: `token` is a token from the configuration, accepted on loopback only. */
  readonly method: 'token' | 'oidc'
  readonly kind: ClientKind
}

/** What sits behind the identity: a person, an AI agent through MCP, or a workload. */
export type ClientKind = 'human' | 'mcp' | 'service'
