import { constants, createSecureServer, createServer } from 'node:http2'
import type {
  Http2SecureServer,
  Http2Server,
  IncomingHttpHeaders,
  OutgoingHttpHeaders,
  ServerHttp2Session,
  ServerHttp2Stream,
} from 'node:http2'
import type { AddressInfo } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { SecureContextOptions } from 'node:tls'
import type { CallServer, CallServerOptions, IncomingCall, Method } from './call.ts'
import { TunnelError } from './errors.ts'
import { CONTENT_TYPE, PATHS, STATUS, sessionOptions } from './grpc-http2.ts'
import { GrpcCall } from './grpc-call.ts'
import type { ServerTls } from './server.ts'
import type { TunnelLimits } from './settings.ts'
import { within } from './within.ts'

/** Serves the Tunnel service over gRPC. @throws TunnelError `listen-failed`. */
export async function serveCalls(options: CallServerOptions): Promise<CallServer> {
  const { host, limits } = options
  const server = createHttp2(options.tls, limits)
  server.maxConnections = limits.maxConnections
  const sessions = new Set<ServerHttp2Session>()
  server.on('session', (session) => {
    sessions.add(session)
    session.on('close', () => sessions.delete(session))
    serve(session, options)
  })
  const port = await listen(server, host, options.port)
  return {
    address: { host, port },
    replaceTls: (tls) => {
      if (!('setSecureContext' in server)) throw new TunnelError('misuse', 'the tunnel was started without TLS')
      server.setSecureContext(secureContext(tls))
    },
    close: async () => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
      for (const session of sessions) session.close()
      await within([closed], limits.closeTimeoutMs)
      for (const session of sessions) session.destroy()
      await closed
    },
  }
}

function createHttp2(tls: ServerTls | undefined, limits: TunnelLimits): Http2Server | Http2SecureServer {
  const settings = sessionOptions(limits, limits.maxSessionsPerAgent + 1)
  if (tls === undefined) return createServer(settings)
  const { clientCa, requireClientCertificate = true } = tls
  return createSecureServer({
    ...settings,
    ...secureContext(tls),
    handshakeTimeout: limits.helloTimeoutMs,
    requestCert: clientCa !== undefined,
    rejectUnauthorized: clientCa !== undefined && requireClientCertificate,
  })
}

function secureContext({ cert, key, clientCa }: ServerTls): SecureContextOptions {
  return { cert, key, minVersion: 'TLSv1.2', ...(clientCa === undefined ? {} : { ca: clientCa }) }
}

function serve(session: ServerHttp2Session, { limits, onCall }: CallServerOptions): void {
  let calls = 0
  let timer: NodeJS.Timeout | undefined
  // A connection that carries no call has proved nothing, and holds a place.
  const expectCall = (): void => {
    timer = setTimeout(() => session.destroy(), limits.helloTimeoutMs)
  }
  // Who was refused has time to read the answer, and none to stay: the credentials are those of the whole connection.
  let refused: NodeJS.Timeout | undefined
  const dropSoon = (): void => {
    refused ??= setTimeout(() => session.destroy(), limits.closeTimeoutMs)
  }
  if (!session.destroyed) session.setLocalWindowSize(limits.connectionWindowBytes)
  // `close` follows, on the session and on each of its streams.
  session.on('error', () => {})
  session.on('close', () => {
    clearTimeout(timer)
    clearTimeout(refused)
  })
  session.on('stream', (stream, headers) => {
    stream.on('error', () => {})
    const method = methodOf(headers)
    if (typeof method !== 'string') return turnAway(stream, method, limits)
    calls++
    clearTimeout(timer)
    stream.once('close', () => {
      if (--calls === 0 && !session.destroyed) expectCall()
    })
    onCall(incoming(stream, headers, method, limits, dropSoon))
  })
  expectCall()
}

// The method that is called, or the headers that answer a call of none.
function methodOf(headers: IncomingHttpHeaders): Method | OutgoingHttpHeaders {
  if (headers[':method'] !== 'POST' || headers['content-type']?.startsWith('application/grpc') !== true) {
    return { ':status': 415 }
  }
  const unknown = { ':status': 200, 'content-type': CONTENT_TYPE, 'grpc-status': STATUS.unimplemented }
  return METHODS.find((one) => PATHS[one] === headers[':path']) ?? unknown
}

function turnAway(stream: ServerHttp2Stream, headers: OutgoingHttpHeaders, limits: TunnelLimits): void {
  stream.respond(headers, { endStream: true })
  stream.resume()
  const timer = setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), limits.closeTimeoutMs)
  stream.once('close', () => clearTimeout(timer))
}

function incoming(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  method: Method,
  limits: TunnelLimits,
  onRefused: () => void,
): IncomingCall {
  const socket = stream.session?.socket
  const call = new GrpcCall(stream, `${socket?.remoteAddress ?? '?'}:${socket?.remotePort ?? 0}`, limits)
  const trailers: Record<string, string> = { 'grpc-status': STATUS.ok }
  stream.on('wantTrailers', () => stream.sendTrailers(trailers))
  stream.respond({ ':status': 200, 'content-type': CONTENT_TYPE }, { waitForTrailers: true })
  stream.on('end', () => {
    if (!stream.aborted) call.finish({ code: 'ended', message: 'the agent ended the call' })
  })
  stream.on('close', () => call.close(call.lost ? LOST : CANCELLED))
  return Object.assign(call, {
    method,
    token: /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1],
    ...provenCertificate(socket),
    refuse: (message: string) => {
      trailers['grpc-status'] = STATUS.unauthenticated
      trailers['grpc-message'] = encodeURIComponent(message)
      stream.end()
      stream.resume()
      onRefused()
    },
  })
}

function provenCertificate(socket: unknown): Pick<IncomingCall, 'certificateSubject' | 'certificateFingerprint'> {
  const none = { certificateSubject: undefined, certificateFingerprint: undefined }
  // The session hands out a proxy of its socket, which is an instance of what it stands for.
  if (!(socket instanceof TLSSocket) || !socket.authorized) return none
  const { subject, fingerprint256 } = socket.getPeerCertificate()
  // A subject with several common names proves none of them.
  const name: unknown = subject?.CN
  return { certificateSubject: typeof name === 'string' ? name : undefined, certificateFingerprint: fingerprint256 }
}

function listen(server: Http2Server | Http2SecureServer, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new TunnelError('listen-failed', `cannot listen on ${host}:${port}`, { cause })),
    )
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port))
  })
}

const METHODS: readonly Method[] = ['Attach', 'Session']
const LOST = { code: 'lost', message: 'the connection of the agent was lost' } as const
const CANCELLED = { code: 'cancelled', message: 'the agent cut the call' } as const
