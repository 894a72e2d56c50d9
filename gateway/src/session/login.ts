import { createHash, randomUUID } from 'node:crypto'
import { sessionFacts, type SessionFacts } from '@sallyport/audit'
import { AuditFileError, type AuditLog } from '@sallyport/audit-file'
import type { GatewayConnection } from '@sallyport/config'
import type { Analysis, Identity } from '@sallyport/core'
import { refusalOf } from '@sallyport/policy'
import { SessionRefusedError, TunnelError, type GatewaySession, type TunnelServer } from '@sallyport/tunnel'
import type { Runtime } from '../runtime.ts'
import type { Taken } from './registry.ts'

export interface LoginPort {
  readonly runtime: () => Runtime
  readonly tunnel: TunnelServer
  readonly log: AuditLog
  readonly source: string
  /** Takes a place among the sessions for a user. */
  readonly admit: (subject: string) => Taken
}

/** A client that may have its session, and the agent's end of it. */
export interface LoggedInClient {
  readonly identity: Identity
  readonly connection: GatewayConnection
  readonly facts: SessionFacts
  readonly tunnel: GatewaySession
}

/** What a client asks for, whatever protocol it speaks. */
export interface LoginRequest {
  readonly engine: GatewayConnection['engine']
  /** Its user name: it names a connection. */
  readonly connection: string
  /** A token. */
  readonly password: string
  readonly encrypted: boolean
  /** '' for none. */
  readonly database: string
  /** What the client calls itself; '' for nothing. */
  readonly application: string
  /** Settings that the session would start with, as the statements that they amount to. */
  readonly settings: readonly { readonly name: string; readonly analysis: Analysis }[]
  /** What the agent is told. */
  readonly startup: ReadonlyMap<string, string>
  /** Tells the client why it gets no session, and ends the connection. */
  readonly refuse: (refusal: LoginRefusal) => void
}

/** Why a login failed: what the client is told. */
export interface LoginRefusal {
  /** The word that the log keeps: one of ours, or the code of a tunnel's or an agent's failure. */
  readonly reason: string
  /** As PostgreSQL has it, or as the agent's database said it. */
  readonly sqlState: string
  readonly message: string
  readonly detail: string | undefined
  readonly hint: string | undefined
}

class LoginRefusedError extends Error {
  override readonly name = 'LoginRefusedError'
  readonly refusal: LoginRefusal
  readonly identity: Identity | undefined

  constructor(
    reason: string,
    refusal: Partial<LoginRefusal> & { readonly sqlState: string; readonly message: string },
    identity?: Identity,
  ) {
    super(reason)
    this.refusal = { detail: undefined, hint: undefined, ...refusal, reason }
    this.identity = identity
  }
}

/**
 * Establishes who the client is, whether it may use the connection that its user name names, and opens the session on an agent. Each attempt
 * is recorded. A client that is refused is told so and gets undefined.
 */
export async function login(
  request: LoginRequest,
  port: LoginPort,
  signal: AbortSignal,
): Promise<LoggedInClient | undefined> {
  const record = (result: 'ok' | 'refused', identity: Identity | undefined, reason?: string): void => {
    const { connection, engine, encrypted } = request
    const { source } = port
    port.log.append({ type: 'login', result, identity, connection, engine, source, encrypted, reason })
  }
  try {
    const admitted = await admit(request, port)
    record('ok', admitted.identity)
    const opened = await open(request, admitted, port, signal)
    port.log.append({ type: 'session-open', session: opened.facts })
    return opened
  } catch (error) {
    if (error instanceof LoginRefusedError) {
      try {
        record('refused', error.identity, error.refusal.reason)
      } catch (unrecorded) {
        if (!(unrecorded instanceof AuditFileError)) throw unrecorded
      }
      request.refuse(error.refusal)
      return undefined
    }
    if (error instanceof AuditFileError) {
      request.refuse({
        reason: 'audit-unavailable',
        sqlState: error.sqlState,
        message: 'the audit log cannot be written, so no session can start',
        detail: undefined,
        hint: RETRY_HINT,
      })
      return undefined
    }
    throw error
  }
}

async function admit(
  request: LoginRequest,
  { runtime, admit: takePlace }: LoginPort,
): Promise<{ identity: Identity; connection: GatewayConnection }> {
  const { authenticator, policy, connections } = runtime()
  const identity = await authenticator.authenticate(request.password)
  if (identity === undefined) {
    throw new LoginRefusedError('invalid-token', {
      sqlState: '28P01',
      message: 'the password is not a valid token',
      hint: 'The user name names the connection, and the password is your Sallyport token.',
    })
  }
  const name = request.connection
  const connection = connections.get(name)
  // A connection that exists and one that does not look the same to who may not use it.
  if (connection?.engine !== request.engine || !policy.access(identity, name).granted) {
    const mine = policy.connectionsFor(identity)
    throw new LoginRefusedError(
      'no-access',
      {
        sqlState: '28000',
        message: `there is no connection "${name}" for ${identity.subject}`,
        hint: mine.length === 0 ? 'Ask an operator for access.' : `Connections you may use: ${mine.join(', ')}.`,
      },
      identity,
    )
  }
  for (const { name: setting, analysis } of request.settings) {
    const refusal = refusalOf(policy.decide({ identity, connection: name, analysis, now: new Date() }))
    if (refusal !== undefined) {
      const message = `a session may not start with its own "${setting}": ${refusal.message}`
      throw new LoginRefusedError('startup-setting', { ...refusal, message }, identity)
    }
  }
  const taken = takePlace(identity.subject)
  if (taken === 'gateway-full') {
    throw new LoginRefusedError(
      'gateway-full',
      {
        sqlState: '53300',
        message: 'the gateway has as many sessions as it may (limits.sessions)',
        hint: RETRY_HINT,
      },
      identity,
    )
  }
  if (taken === 'user-full') {
    throw new LoginRefusedError(
      'too-many-sessions',
      {
        sqlState: '53300',
        message: `${identity.subject} has too many sessions`,
        hint: 'Close one (limits.sessions_per_user).',
      },
      identity,
    )
  }
  return { identity, connection }
}

async function open(
  request: LoginRequest,
  { identity, connection }: { identity: Identity; connection: GatewayConnection },
  { runtime, tunnel, source }: LoginPort,
  signal: AbortSignal,
): Promise<LoggedInClient> {
  const sessionId = randomUUID()
  const { config } = runtime()
  const { engine, application, database, startup } = request
  try {
    const session = await tunnel.openSession(
      {
        sessionId,
        connection: connection.name,
        engine,
        gateway: config.name,
        identity: { ...identity, email: identity.email ?? '', groups: [...identity.groups] },
        client: { application, address: source },
        startup,
        masking: maskingBytes(connection),
        maskingVersion: maskingVersion(connection),
        capabilities: ['user-code'],
        limits: { statementTimeoutMs: 0, idleTimeoutMs: 0 },
      },
      { agent: connection.agent, signal },
    )
    const facts = sessionFacts({
      session: sessionId,
      connection: connection.name,
      agent: session.agent,
      engine,
      database: database === '' ? undefined : database,
      identity,
      application: application === '' ? undefined : application,
      source,
    })
    return { identity, connection, facts, tunnel: session }
  } catch (error) {
    if (error instanceof TunnelError) throw new LoginRefusedError(error.code, tunnelRefusal(error), identity)
    throw error
  }
}

/** The connection's masking rules as they travel to the agent. */
export function maskingBytes(connection: GatewayConnection): Uint8Array {
  return Buffer.from(JSON.stringify(connection.masking), 'utf8')
}

/** Names the rules, so that a session learns of new ones only when they differ. */
export function maskingVersion(connection: GatewayConnection): string {
  return createHash('sha256').update(maskingBytes(connection)).digest('hex')
}

function tunnelRefusal(error: TunnelError): { sqlState: string; message: string; hint?: string } {
  if (error instanceof SessionRefusedError) {
    return { sqlState: error.failure.sqlState || '08004', message: error.failure.message }
  }
  const hint = error.retryable ? RETRY_HINT : undefined
  return {
    sqlState: error.code === 'no-agent' ? '08001' : '08006',
    message: error.message,
    ...(hint === undefined ? {} : { hint }),
  }
}

const RETRY_HINT = 'Try again in a moment; tell an operator if it persists.'
