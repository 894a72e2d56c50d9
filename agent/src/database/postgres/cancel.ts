import { type BackendKey, encodeFrontend } from '@sallyport/pg-wire'
import { AgentError } from '../../errors.ts'
import { dial } from './dial.ts'
import { readChunk } from './stream.ts'
import type { PostgresTarget } from './target.ts'

/**
 * Asks the server to cancel what the backend with this key runs, over a connection of its own, encrypted as the session's. Resolves when the
 * server has taken note; it never says whether there was anything to cancel. Spec: protocol-flow, "Canceling Requests in Progress".
 * Throws as `dial`, and AgentError `database-timeout`.
 */
export async function cancelBackend(target: PostgresTarget, key: BackendKey, timeoutMs: number): Promise<void> {
  const signal = AbortSignal.timeout(timeoutMs)
  try {
    const { socket } = await dial(target, signal)
    try {
      socket.write(encodeFrontend({ type: 'CancelRequest', ...key }))
      for (;;) await readChunk(socket, signal)
    } finally {
      socket.destroy()
    }
  } catch (error) {
    if (signal.aborted)
      throw new AgentError('database-timeout', `cancelling took more than ${timeoutMs} ms`, { cause: error })
    // The server answers by closing.
    if (!(error instanceof AgentError) || error.code !== 'database-lost') throw error
  }
}
