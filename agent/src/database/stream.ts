import type { Socket } from 'node:net'
import { AgentError } from '../errors.ts'

/**
 * The next bytes of a socket that nobody else reads; with `size`, exactly that many. Throws AgentError `database-lost` at its end, and the
 * signal's reason when it is aborted.
 */
export async function readChunk(socket: Socket, signal: AbortSignal, size?: number): Promise<Buffer> {
  for (;;) {
    signal.throwIfAborted()
    const chunk = socket.read(size) as Buffer | null
    if (chunk !== null) return chunk
    if (socket.readableEnded || socket.destroyed) throw lost(socket.errored)
    await readable(socket, signal)
  }
}

/** Waits until there is something to read, or nothing any more. */
function readable(socket: Socket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (outcome: () => void) => () => {
      for (const [name, listener] of listeners) socket.off(name, listener)
      signal.removeEventListener('abort', abort)
      outcome()
    }
    const abort = done(() => reject(signal.reason as Error))
    const listeners: readonly (readonly [string, () => void])[] = [
      ['readable', done(resolve)],
      ['end', done(() => reject(lost(null)))],
      ['error', done(() => reject(lost(socket.errored)))],
      ['close', done(() => reject(lost(socket.errored)))],
    ]
    for (const [name, listener] of listeners) socket.on(name, listener)
    signal.addEventListener('abort', abort, { once: true })
  })
}

function lost(cause: Error | null): AgentError {
  return new AgentError('database-lost', 'the database closed the connection', cause === null ? {} : { cause })
}
