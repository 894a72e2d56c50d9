import { createHash, randomUUID } from 'node:crypto'
import { sessionFacts, type SessionFacts } from '@sallyport/audit'
import { AuditFileError, type AuditLog } from '@sallyport/audit-file'
import type { GatewayConnection } from '@sallyport/config'
import type { Identity } from '@sallyport/core'
import type { StartupRefusal } from '@sallyport/pg-wire'
import { refusalOf } from '@sallyport/policy'
import { SessionRefusedError, TunnelError, type GatewaySession, type TunnelServer } from '@sallyport/tunnel'
import { startupSetting } from '../../guard/postgres/opaque.ts'
import type { Runtime } from '../../runtime.ts'
import type { SessionRegistry } from '../registry.ts'
import type { StartedClient } from './startup.ts'

export interface LoginPort {
  readonly runtime: () => Runtime
  readonly registry: SessionRegistry
  readonly tunnel: TunnelServer
  readonly log: AuditLog
  readonly source: string
}

/** A client that may have its session, and the agent's end of it. */
export interface LoggedInClient {
  readonly identity: Identity
  readonly connection: GatewayConnection
  readonly facts: SessionFacts
  readonly tunnel: GatewaySession
}

/** Why a login failed: what the client is told, and the word that the log keeps. */
class LoginRefusal extends Error {
  override readonly name = 'LoginRefusal'
  readonly refusal: StartupRefusal
  readonly reason: string
  readonly identity: Identity | undefined

  constructor(
    reason: string,
    refusal: Partial<StartupRefusal> & { sqlState: string; message: string },
    identity?: Identity,
  ) {
    super(reason)
    this.reason = reason
    this.refusal = { detail: undefined, hint: undefined, ...refusal }
    this.identity = identity
  }
}

/**
 * Establishes who the client is, whether it may use the connection that its user name names, and opens the session on an agent. Each attempt
 * is recorded. A client that is refused is told so and gets undefined.
 */
export async function login(
  client: StartedClient,
  port: LoginPort,
  signal: AbortSignal,
): Promise<LoggedInClient | undefined> {
  const record = (result: 'ok' | 'refused', identity: Identity | undefined, reason?: string): void => {
    const { source } = port
    const connection = client.request.user
    port.log.append({
      type: 'login',
      result,
      identity,
      connection,
      engine: 'postgres',
      source,
      encrypted: client.encrypted,
      reason,
    })
  }
  try {
    const admitted = await admit(client, port)
    record('ok', admitted.identity)
    const opened = await open(client, admitted, port, signal)
    port.log.append({ type: 'session-open', session: opened.facts })
    return opened
  } catch (error) {
    if (error instanceof LoginRefusal) {
      try {
        record('refused', error.identity, error.reason)
      } catch (unrecorded) {
        if (!(unrecorded instanceof AuditFileError)) throw unrecorded
      }
      client.refuse(error.refusal)
      return undefined
    }
    if (error instanceof AuditFileError) {
      client.refuse({
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
  client: StartedClient,
  { runtime, registry }: LoginPort,
): Promise<{ identity: Identity; connection: GatewayConnection }> {
  const { authenticator, policy, connections } = runtime()
  const identity = await authenticator.authenticate(client.password)
  if (identity === undefined) {
    throw new LoginRefusal('invalid-token', {
      sqlState: '28P01',
      message: 'the password is not a valid token',
      hint: 'The user name names the connection, and the password is your Sallyport token.',
    })
  }
  const name = client.request.user
  const connection = connections.get(name)
  // A connection that exists and one that does not look the same to who may not use it.
  if (connection?.engine !== 'postgres' || !policy.access(identity, name).granted) {
    const mine = policy.connectionsFor(identity)
    throw new LoginRefusal(
      'no-access',
      {
        sqlState: '28000',
        message: `there is no connection "${name}" for ${identity.subject}`,
        hint: mine.length === 0 ? 'Ask an operator for access.' : `Connections you may use: ${mine.join(', ')}.`,
      },
      identity,
    )
  }
  for (const [setting, value] of client.request.settings) {
    if (!JUDGED_SETTINGS.has(setting)) continue
    const verdict = policy.decide({
      identity,
      connection: name,
      analysis: startupSetting(setting, value),
      now: new Date(),
    })
    const refusal = refusalOf(verdict)
    if (refusal !== undefined) {
      const message = `a session may not start with its own "${setting}": ${refusal.message}`
      throw new LoginRefusal('startup-setting', { ...refusal, message }, identity)
    }
  }
  if (!registry.hasRoomFor(identity.subject)) {
    throw new LoginRefusal(
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
  client: StartedClient,
  { identity, connection }: { identity: Identity; connection: GatewayConnection },
  { runtime, tunnel, source }: LoginPort,
  signal: AbortSignal,
): Promise<LoggedInClient> {
  const sessionId = randomUUID()
  const { config } = runtime()
  const application = client.request.settings.get('application_name') ?? ''
  try {
    const session = await tunnel.openSession(
      {
        sessionId,
        connection: connection.name,
        engine: 'postgres',
        gateway: config.name,
        identity: { ...identity, email: identity.email ?? '', groups: [...identity.groups] },
        client: { application, address: source },
        startup: new Map([...client.request.settings, ['database', client.request.database]]),
        masking: maskingBytes(connection),
        maskingVersion: maskingVersion(connection),
        limits: { statementTimeoutMs: 0, idleTimeoutMs: 0 },
      },
      { agent: connection.agent, signal },
    )
    const facts = sessionFacts({
      session: sessionId,
      connection: connection.name,
      agent: session.agent,
      engine: 'postgres',
      database: client.request.database,
      identity,
      application: application === '' ? undefined : application,
      source,
    })
    return { identity, connection, facts, tunnel: session }
  } catch (error) {
    if (error instanceof TunnelError) throw new LoginRefusal(error.code, tunnelRefusal(error), identity)
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

/** Settings that a policy may care about; the others say only how values look. */
const JUDGED_SETTINGS: ReadonlySet<string> = new Set([
  'default_transaction_isolation',
  'default_transaction_read_only',
  'idle_in_transaction_session_timeout',
  'idle_session_timeout',
  'lock_timeout',
  'search_path',
  'statement_timeout',
])

const RETRY_HINT = 'Try again in a moment; tell an operator if it persists.'
