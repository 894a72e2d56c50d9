import { runQueries } from './query.ts'
import { type OpenOptions, withMysql } from './open.ts'

/**
 * Asks the server to end what the session with this id runs, over a connection of its own and as the same account. Nothing running is no error.
 * Throws AgentError. Spec: kill.
 */
export async function killQuery(options: OpenOptions, threadId: string, signal: AbortSignal): Promise<void> {
  await withMysql(options, signal, (connection) =>
    runQueries(connection, [{ text: `KILL QUERY ${BigInt(threadId)}` }], { maxRows: 0, maxBytes: 0 }),
  )
}
