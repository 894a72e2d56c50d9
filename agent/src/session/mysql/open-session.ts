import type { MysqlConnection } from '../../database/mysql/connection.ts'
import type { MysqlDatabase } from '../../database/mysql/open.ts'
import { UNTOLD_USER_CODE } from '@sallyport/tunnel'
import { AgentError } from '../../errors.ts'
import { sessionSettings } from '../../database/mysql/settings.ts'
import { MASKING_CAPABILITIES, type SessionOpening, type StartedSession } from '../../serve.ts'

/** Opens a MySQL session for what the gateway asked. Throws AgentError; whatever was opened is closed then. */
export async function openMysqlSession(
  connection: MysqlConnection,
  { session, open, lease, limits, hashKey, relays, log, logFailure }: SessionOpening,
): Promise<StartedSession> {
  const settings = sessionSettings({
    startup: open.startup,
    floor: connection.config.floor,
    statementTimeoutMs: open.limits.statementTimeoutMs,
    idleTimeoutMs: open.limits.idleTimeoutMs,
    subject: open.identity.subject,
    application: open.client.application,
    schema: connection.config.target.database,
  })
  const database = await connection.open(lease, settings, session.signal)
  const { catalog, config } = connection
  const { threadId } = database.variables
  const cancel = async (): Promise<boolean> => {
    try {
      await connection.kill(threadId, AbortSignal.timeout(limits.connectTimeoutMs))
      return true
    } catch (error) {
      logFailure('cancelling failed')(error)
      return !(error instanceof AgentError) || error.code !== 'cancel-unsettled'
    }
  }
  const ready = {
    parameters: parametersOf(database),
    serverVersion: database.server.version,
    detail: new Uint8Array(),
    maskingCapabilities: MASKING_CAPABILITIES,
    capabilities: ['estimate'],
    userCode: UNTOLD_USER_CODE,
  }
  return {
    facts: { method: database.method, server: database.server.version, thread: threadId },
    relay: () => relays.mysql({ session, connection: config, database, catalog, cancel, ready, hashKey, limits, log }),
    close: database.close,
    server: database.server,
  }
}

/** What the gateway is told of the session; see the README. */
function parametersOf({
  variables,
  sessionState,
}: MysqlDatabase): readonly { readonly name: string; readonly value: string }[] {
  return Object.entries({
    thread_id: variables.threadId,
    status: String(variables.status),
    sql_mode: variables.sqlMode,
    character_set_client: variables.characterSetClient,
    character_set_connection: variables.characterSetConnection,
    collation_connection: variables.collationConnection,
    character_set_results: variables.characterSetResults,
    lower_case_table_names: String(variables.lowerCaseTableNames),
    database: variables.database,
    autocommit: variables.autocommit,
    ...(sessionState === undefined || sessionState.length > MAX_STATE_BYTES
      ? {}
      : { session_state: Buffer.from(sessionState).toString('hex') }),
  }).map(([name, value]) => ({ name, value }))
}

/** What a server says of a session when it begins is some names and values of its own. */
const MAX_STATE_BYTES = 4 * 1024
