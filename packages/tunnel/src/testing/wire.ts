import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** A network between two parties that can fail. */
export interface Wire {
  readonly port: number
  /** Closes every connection, as a crashed host's neighbour would see it. */
  readonly cut: () => void
  /** Nothing passes any more, and nobody is told: a half-open connection. */
  readonly freeze: () => void
  readonly connections: () => number
}

/** Forwards TCP connections to that port on loopback. */
export async function startWire(target: number): Promise<Wire> {
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1')
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        near.destroy()
        far.destroy()
      })
    }
    near.pipe(far).pipe(near)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy()
  }
  onTestFinished(() => {
    cut()
    server.close()
  })
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    freeze: () => {
      for (const socket of sockets) socket.unpipe().pause()
    },
    connections: () => sockets.size / 2,
  }
}
