import { type BackendKey, encodeFrontend } from '@sallyport/pg-wire'
import { AgentError } from '../../errors.ts'
import { dial } from './dial.ts'
import { readChunk } from '../stream.ts'
import type { DatabaseTarget } from '../target.ts'

/**
 * Asks the server to cancel what the backend with this key runs, over a connection of its own, encrypted as the session's. Resolves when the
 * server has taken note; it never says whether there was anything to cancel. Spec: protocol-flow, "Canceling Requests in Progress".
 * Throws as `dial`, AgentError `database-timeout` when nothing was sent, and `cancel-unsettled` when something was and the cancel may still land.
 */
export async function cancelBackend(target: DatabaseTarget, key: BackendKey, timeoutMs: number): Promise<void> {
  const signal = AbortSignal.timeout(timeoutMs)
  let sent = false
  try {
    const { socket } = await dial(target, signal)
    try {
      sent = true
      socket.write(encodeFrontend({ type: 'CancelRequest', ...key }))
      for (;;) await readChunk(socket, signal)
    } finally {
      socket.destroy()
    }
  } catch (error) {
    if (sent && (signal.aborted || !(error instanceof AgentError) || error.code !== 'database-lost'))
      throw new AgentError('cancel-unsettled', 'the server did not take note of a cancel', { cause: error })
    if (signal.aborted)
      throw new AgentError('database-timeout', `cancelling took more than ${timeoutMs} ms`, { cause: error })
    // The server answers by closing.
    if (!sent) throw error
  }
}
