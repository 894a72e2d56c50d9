import type { Socket } from 'node:net'

/** Makes messages of bytes. */
export interface Assembler<T> {
  push(chunk: Uint8Array): void
  /** The next whole message; undefined when more bytes are needed. */
  next(): T | undefined
}

/** The next message, or undefined when the peer has hung up; rejects, with `what`, when none comes in time. */
export type Next<T> = (timeoutMs: number, what: () => string) => Promise<T | undefined>

/** Takes from the socket only what is asked for; the rest waits there, and then in the server. */
export function readingFrom<T>(socket: Socket, assembler: Assembler<T>): Next<T> {
  socket.pause()
  return async (timeoutMs, what) => {
    const deadline = AbortSignal.timeout(Math.ceil(timeoutMs))
    for (;;) {
      const message = assembler.next()
      if (message !== undefined) return message
      const chunk = socket.read() as Buffer | null
      if (chunk !== null) {
        assembler.push(chunk)
        continue
      }
      if (socket.readableEnded || socket.destroyed) return undefined
      await readableOrOver(socket, deadline, what)
    }
  }
}

function readableOrOver(socket: Socket, deadline: AbortSignal, what: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    const events = ['readable', 'end', 'close'] as const
    const settle = (act: () => void): void => {
      for (const event of events) socket.removeListener(event, done)
      deadline.removeEventListener('abort', late)
      act()
    }
    const done = (): void => settle(resolve)
    const late = (): void => settle(() => reject(new Error(`waited too long for ${what()}`)))
    for (const event of events) socket.once(event, done)
    deadline.addEventListener('abort', late)
    if (deadline.aborted) late()
  })
}
