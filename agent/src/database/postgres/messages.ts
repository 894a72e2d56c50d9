import type { Socket } from 'node:net'
import { type BackendMessage, decodeBackend, MessageReader, PgWireError } from '@sallyport/pg-wire'
import { AgentError } from '../../errors.ts'
import { readChunk } from '../stream.ts'

/** Messages of a backend, one at a time, from a socket that nobody else reads. */
export interface MessageSource {
  /** The next message; its byte ranges live until the next call. Throws AgentError `database-violation` and what `readChunk` throws. */
  readonly next: () => Promise<BackendMessage>
  /** Removes and returns the bytes that came behind the last message. */
  readonly leftover: () => Uint8Array
}

/** Reads whole messages of at most `MAX_MESSAGE_BYTES`; `leftover` came before whatever the socket gives. */
export function messageSource(socket: Socket, signal: AbortSignal, leftover?: Uint8Array): MessageSource {
  const reader = new MessageReader({ maxMessageBytes: MAX_MESSAGE_BYTES, side: 'backend' })
  if (leftover !== undefined) reader.push(leftover)
  return {
    next: async () => {
      try {
        for (;;) {
          const raw = reader.next()
          if (raw !== undefined) return decodeBackend(raw)
          reader.push(await readChunk(socket, signal))
        }
      } catch (error) {
        if (!(error instanceof PgWireError)) throw error
        throw new AgentError('database-violation', error.message, { cause: error })
      }
    },
    leftover: () => reader.takeBuffered(),
  }
}

/** Of one message before the session is handed over, or in answer to a query of our own. */
const MAX_MESSAGE_BYTES = 1024 * 1024
