import type { Socket } from 'node:net'
import { MysqlWireError, PacketReader, type RawPacket } from '@sallyport/mysql-wire'
import { AgentError } from '../../errors.ts'
import { readChunk } from '../stream.ts'

/** Packets of a server, one at a time, from a socket that nobody else reads. */
export interface PacketSource {
  /** The next one. Throws AgentError `database-violation` and what `readChunk` throws. */
  readonly next: () => Promise<RawPacket>
  /** Removes and returns the bytes that came behind the last packet. */
  readonly leftover: () => Uint8Array
}

/** Reads messages of at most `MAX_MESSAGE_BYTES`. */
export function packetSource(socket: Socket, signal: AbortSignal): PacketSource {
  const reader = new PacketReader({ maxMessageBytes: MAX_MESSAGE_BYTES, side: 'backend' })
  return {
    next: () =>
      refusingViolations(async () => {
        for (;;) {
          const raw = reader.next()
          if (raw !== undefined) return raw
          reader.push(await readChunk(socket, signal))
        }
      }),
    leftover: () => reader.takeBuffered(),
  }
}

/** The result of reading what a server sent; what it may not send is AgentError `database-violation`. */
export async function refusingViolations<T>(read: () => T | Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof MysqlWireError)) throw error
    throw new AgentError('database-violation', error.message, { cause: error })
  }
}

/** Of one message before the session is handed over, or in answer to a query of our own. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024
