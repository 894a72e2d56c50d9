import type { Socket } from 'node:net'

/** Ends a session: says farewell, and then closes the socket. Does nothing the second time. */
export function closing(socket: Socket, farewell: Uint8Array): () => void {
  let closed = false
  return () => {
    if (closed) return
    closed = true
    if (socket.writable) socket.end(farewell)
    // A server that does not read any more must not keep the socket.
    const timer = setTimeout(() => socket.destroy(), CLOSE_MS).unref()
    socket.once('close', () => clearTimeout(timer))
    socket.once('end', () => socket.destroy())
    socket.resume()
  }
}

const CLOSE_MS = 5000
