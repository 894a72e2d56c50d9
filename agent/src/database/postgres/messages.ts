import type { Socket } from 'node:net'
import { type BackendMessage, decodeBackend, MessageReader, PgWireError } from '@sallyport/pg-wire'
import { AgentError } from '../../errors.ts'
import { readChunk } from './stream.ts'

/** Messages of a backend, one at a time, from a socket that nobody else reads. */
export interface MessageSource {
  /** The next message; its byte ranges live until the next call. Throws AgentError `database-violation` and what `readChunk` throws. */
  readonly next: () => Promise<BackendMessage>
  /** Removes and returns the bytes that came behind the last message. */
  readonly leftover: () => Uint8Array
}

/** Reads whole messages of at most `maxMessageBytes`. */
export function messageSource(socket: Socket, maxMessageBytes: number, signal: AbortSignal): MessageSource {
  const reader = new MessageReader({ maxMessageBytes, side: 'backend' })
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
