import { AgentError } from '../../errors.ts'
import { runQueries } from './query.ts'
import { type OpenOptions, withMysql } from './open.ts'

/**
 * Asks the server to end what the session with this id runs, over a connection of its own and as the same account. The answer comes when the session has
 * been told; nothing running is no error. Throws AgentError, `cancel-unsettled` when the server was asked and did not answer. Spec: kill.
 */
export async function killQuery(options: OpenOptions, threadId: string, signal: AbortSignal): Promise<void> {
  let asked = false
  try {
    await withMysql(options, signal, (connection) => {
      asked = true
      return runQueries(connection, [{ text: `KILL QUERY ${BigInt(threadId)}` }], { maxRows: 0, maxBytes: 0 })
    })
  } catch (error) {
    // A server that says no has done nothing.
    if (!asked || (error instanceof AgentError && error.code === 'catalog-failed')) throw error
    throw new AgentError('cancel-unsettled', 'the server did not take note of a cancel', { cause: error })
  }
}
