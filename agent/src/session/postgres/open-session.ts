import type { AgentConnection } from '@sallyport/config'
import type { PostgresConnection } from '../../database/postgres/connection.ts'
import type { KnownUserCode } from '../../catalog/user-code.ts'
import { cancelBackend } from '../../database/postgres/cancel.ts'
import { sessionSettings } from '../../database/postgres/settings.ts'
import { AgentError } from '../../errors.ts'
import { MASKING_CAPABILITIES, type SessionOpening, type StartedSession } from '../../serve.ts'

/** Opens a PostgreSQL session for what the gateway asked. Throws AgentError; whatever was opened is closed then. */
export async function openPostgresSession(
  connection: PostgresConnection,
  { session, open, lease, limits, hashKey, relays, log, logFailure }: SessionOpening,
): Promise<StartedSession> {
  const { database: asked, ...startup } = Object.fromEntries(open.startup)
  requireDatabase(asked, connection.config)
  const settings = sessionSettings({
    startup: new Map(Object.entries(startup)),
    floor: connection.config.floor,
    statementTimeoutMs: open.limits.statementTimeoutMs,
    subject: open.identity.subject,
    application: open.client.application,
  })
  // Read while the session logs in: both take their time.
  const [database, known] = await Promise.all([
    connection.open(lease, settings, session.signal),
    connection.userCode.current(),
  ])
  const { key, serverVersion, parameters } = database
  const { method, channelBound } = database.authentication
  const { catalog, config, userCode } = connection
  const cancel = async (): Promise<boolean> => {
    if (key === undefined) {
      log.warn('the database gave no cancel key')
      return true
    }
    try {
      await cancelBackend(config.target, key, limits.connectTimeoutMs)
      return true
    } catch (error) {
      logFailure('cancelling failed')(error)
      return !(error instanceof AgentError) || error.code !== 'cancel-unsettled'
    }
  }
  const ready = {
    parameters: Array.from(parameters, ([name, value]) => ({ name, value })),
    serverVersion,
    detail: new Uint8Array(),
    maskingCapabilities: MASKING_CAPABILITIES,
    capabilities: ['estimate'],
    userCode: known.lists,
  }
  const relay = async (): Promise<void> => {
    let told = known
    const tell = (next: KnownUserCode): void => {
      if (next === told || !open.capabilities.includes('user-code')) return
      told = next
      session.control({ type: 'userCode', ...next.lists })
    }
    let unwatch = (): void => {}
    const onReady = (): void => {
      tell(userCode.latest())
      unwatch = userCode.watch(tell)
    }
    try {
      const shared = { session, connection: config, database, catalog, cancel, ready, hashKey, limits, log }
      await relays.postgres({ ...shared, onReady, userCode: () => userCode.latest().code })
    } finally {
      unwatch()
    }
  }
  return {
    facts: { method, channelBound, server: serverVersion },
    relay,
    close: database.close,
  }
}

/** A client names the database or nothing; libpq puts the user's name, which is the connection's, where nothing was said. */
function requireDatabase(asked: string | undefined, { name, target }: AgentConnection): void {
  if (asked === undefined || asked === name || asked === target.database) return
  throw new AgentError('unknown-database', 'the client asked for a database that is not the one of this connection')
}
