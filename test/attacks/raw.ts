import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { until } from '../support/index.ts'

/** A connection that says whatever it is told to, and remembers what it hears. */
export interface Raw {
  readonly socket: Socket
  readonly heard: () => Buffer
  /** Writes, and resolves when this many bytes more have been heard. */
  readonly ask: (bytes: Uint8Array, answerBytes: number) => Promise<Buffer>
  /** Everything that was heard until the other side hung up. */
  readonly end: (timeoutMs?: number) => Promise<Buffer>
}

/** Opens a connection to a port of this machine. */
export async function openRaw(port: number): Promise<Raw> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  // What goes wrong is seen as the end of the stream.
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  let isClosed = false
  socket.once('close', () => (isClosed = true))
  const heard = (): Buffer => Buffer.concat(chunks)
  const after = async (what: string, isOver: () => boolean, timeoutMs: number): Promise<Buffer> => {
    await until(() => Promise.resolve(isOver()), { what, timeoutMs, intervalMs: 5 })
    return heard()
  }
  return {
    socket,
    heard,
    ask: (bytes, answerBytes) => {
      const enough = heard().length + answerBytes
      socket.write(bytes)
      return after(`${answerBytes} bytes of an answer`, () => isClosed || heard().length >= enough, 5000)
    },
    end: (timeoutMs = 5000) => after('the end of the connection', () => isClosed, timeoutMs),
  }
}

/** What a port answers to these bytes before it hangs up. */
export async function answerTo(port: number, ...bytes: readonly Uint8Array[]): Promise<Buffer> {
  const raw = await openRaw(port)
  for (const part of bytes) raw.socket.write(part)
  return raw.end()
}
