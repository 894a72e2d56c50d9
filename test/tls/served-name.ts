import { once } from 'node:events'
import { connect } from 'node:tls'

/** The common name of the certificate that a new connection to the port for PostgreSQL is shown. */
export async function servedName(port: number, ca: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', ca, servername: 'localhost', ALPNProtocols: ['postgresql'] })
  socket.on('error', () => undefined)
  await once(socket, 'secureConnect')
  const { subject } = socket.getPeerCertificate()
  socket.destroy()
  return String(subject.CN)
}
