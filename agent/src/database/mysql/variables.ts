import { AgentError } from '../../errors.ts'
import { type OwnConnection, runQueries, type TextRow } from './query.ts'
import type { ServerFacts } from './server-facts.ts'
import type { SessionSettings } from './settings.ts'

/** What a session rests on, as the server tells it. */
export interface SessionVariables {
  readonly threadId: string
  readonly sqlMode: string
  readonly characterSetClient: string
  readonly characterSetConnection: string
  readonly collationConnection: string
  /** '' for none: results come as they are. */
  readonly characterSetResults: string
  readonly lowerCaseTableNames: 0 | 1 | 2
  /** The current schema; '' for none. */
  readonly database: string
  readonly autocommit: string
  /** Bits of SERVER_STATUS. */
  readonly status: number
}

/** Gives a session the settings it rests on, and reads what it has. Throws AgentError `settings-not-kept`, and as `runQueries`. */
export async function pinSession(
  connection: OwnConnection,
  settings: SessionSettings,
  server: ServerFacts,
): Promise<{ readonly variables: SessionVariables; readonly pins: readonly string[] }> {
  const pins = pinsOf(settings, server)
  let row: TextRow = []
  const query = { text: variablesQuery(server), onRow: (found: TextRow) => void (row = found) }
  await runQueries(connection, [...pins.map((text) => ({ text })), query], BOUNDS)
  const { readOnly, ...variables } = readVariables(row)
  if (settings.readOnly && !readOnly) {
    throw new AgentError('settings-not-kept', 'the database did not keep the session read-only')
  }
  return { variables: { ...variables, status: connection.conversation.status }, pins }
}

/** The query whose row {@link readVariables} reads. */
export function variablesQuery({ reading: { flavour, version } }: ServerFacts): string {
  // MariaDB calls it by MySQL's new name, too, from 11.1 on.
  const readOnly =
    flavour === 'mariadb' && version < 110_100 ? '@@session.tx_read_only' : '@@session.transaction_read_only'
  return `SELECT CONNECTION_ID(), @@session.sql_mode, @@session.character_set_client, @@session.character_set_connection, @@session.collation_connection, @@session.character_set_results, @@lower_case_table_names, DATABASE(), @@session.autocommit, ${readOnly}`
}

/** What that query's row says. */
export function readVariables(row: TextRow): Omit<SessionVariables, 'status'> & { readonly readOnly: boolean } {
  const [threadId = '', sqlMode = '', client = '', connection = '', collation = '', results = '', lower, ...rest] = row
  const [database = '', autocommit = '1', readOnly] = rest
  return {
    threadId,
    sqlMode,
    characterSetClient: client,
    characterSetConnection: connection,
    collationConnection: collation,
    characterSetResults: results,
    lowerCaseTableNames: lower === '1' ? 1 : lower === '2' ? 2 : 0,
    database,
    autocommit,
    readOnly: readOnly === '1',
  }
}

function pinsOf(settings: SessionSettings, { reading: { flavour } }: ServerFacts): readonly string[] {
  const { readOnly, statementTimeoutMs, idleTimeoutMs } = settings
  const pins: string[] = []
  if (readOnly) pins.push('SET SESSION TRANSACTION READ ONLY')
  if (statementTimeoutMs > 0) {
    pins.push(
      flavour === 'mariadb'
        ? `SET SESSION max_statement_time = ${statementTimeoutMs / 1000}`
        : `SET SESSION max_execution_time = ${statementTimeoutMs}`,
    )
  }
  // The gateway ends an idle session first; this frees it when gateway and agent are both gone.
  if (idleTimeoutMs > 0) pins.push(`SET SESSION wait_timeout = ${Math.ceil(idleTimeoutMs / 1000) + GRACE_SECONDS}`)
  return pins
}

const GRACE_SECONDS = 60
const BOUNDS = { maxRows: 1, maxBytes: 64 * 1024 }
