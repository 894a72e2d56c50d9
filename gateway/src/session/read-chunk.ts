import type { Socket } from 'node:net'

/**
 * The next bytes of a socket that nobody else reads; undefined at its end. Rejects when the socket fails or the signal aborts. Leaves the
 * socket paused, so what comes later stays in it for whoever reads next.
 */
export function readChunk(socket: Socket, signal: AbortSignal): Promise<Uint8Array | undefined> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      socket.off('readable', onReadable).off('end', onEnd).off('close', onEnd).off('error', onError)
      signal.removeEventListener('abort', onAbort)
      act()
    }
    const onReadable = (): void => {
      const chunk = socket.read() as Uint8Array | null
      if (chunk !== null) settle(() => resolve(chunk))
    }
    const onEnd = (): void => settle(() => resolve(undefined))
    const onError = (error: Error): void => settle(() => reject(error))
    const onAbort = (): void => settle(() => reject(signal.reason as Error))
    if (signal.aborted) return reject(signal.reason as Error)
    if (socket.destroyed) return resolve(undefined)
    socket.on('readable', onReadable).once('end', onEnd).once('close', onEnd).once('error', onError)
    signal.addEventListener('abort', onAbort)
    onReadable()
  })
}
