import { createServer, type AddressInfo, type Socket } from 'node:net'

export interface ListenOptions {
  readonly host: string
  readonly port: number
  /** Takes over the socket; it must not throw. */
  readonly onConnection: (socket: Socket) => void
}

export interface Listener {
  readonly address: AddressInfo
  /** Takes no more connections; those that are open go on. */
  readonly close: () => Promise<void>
}

/** Listens for clients. Rejects with the system's error, which says whether the port is busy. */
export async function listen({ host, port, onConnection }: ListenOptions): Promise<Listener> {
  const server = createServer({
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_MS,
    pauseOnConnect: true,
  })
  server.on('connection', (socket) => {
    // A socket without a listener for errors would end the process.
    socket.on('error', () => undefined)
    onConnection(socket)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  // Running out of file descriptors is reported here; who connects is turned away, and the listener goes on.
  server.on('error', () => undefined)
  return {
    address: server.address() as AddressInfo,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

/** A peer that vanished without a word is noticed after this silence and the system's probes. */
const KEEP_ALIVE_MS = 60_000
