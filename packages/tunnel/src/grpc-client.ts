import { connect } from 'node:http2'
import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders, SecureClientSessionOptions } from 'node:http2'
import type { Call, CallClient, CallClientOptions, CallEnd } from './call.ts'
import { CONTENT_TYPE, PATHS, STATUS, sessionOptions } from './grpc-http2.ts'
import { GrpcCall } from './grpc-call.ts'
import { within } from './within.ts'

/** Dials a gateway. A failure is told by the calls: each ends with code `lost`. */
export function dialCalls(options: CallClientOptions): CallClient {
  const { address, tls, limits, token } = options
  // A gateway calls nothing on an agent.
  const settings: SecureClientSessionOptions = { ...sessionOptions(limits, 0), minVersion: 'TLSv1.2' }
  if (tls?.ca !== undefined) settings.ca = tls.ca
  if (tls?.cert !== undefined) settings.cert = tls.cert
  if (tls?.key !== undefined) settings.key = tls.key
  if (tls?.serverName !== undefined) settings.servername = tls.serverName
  const session = connect(`${tls === undefined ? 'http' : 'https'}://${address}`, settings)
  // Each call on it tells why it ended.
  session.on('error', () => {})
  session.on('connect', () => {
    if (!session.destroyed) session.setLocalWindowSize(limits.connectionWindowBytes)
  })
  return {
    call: (method) => {
      // A gateway that is closing takes no more calls.
      if (session.closed || session.destroyed) return lostCall(address)
      const headers = { ':method': 'POST', ':path': PATHS[method], 'content-type': CONTENT_TYPE, te: 'trailers' }
      const stream = session.request(token === undefined ? headers : { ...headers, authorization: `Bearer ${token}` })
      return outgoing(stream, new GrpcCall(stream, address, limits))
    },
    close: () => closeSession(session, limits.closeTimeoutMs),
    // See GrpcCall.cancel: never from inside an event of the connection.
    drop: () => void setImmediate(() => session.destroy()),
  }
}

function outgoing(stream: ClientHttp2Stream, call: GrpcCall): Call {
  let end: CallEnd | undefined
  let failure = 'the connection to the gateway was lost'
  const ended = (headers: IncomingHttpHeaders): void => {
    end ??= statusEnd(headers)
    if (end === undefined || end.code === 'ended') return
    call.close(end)
    call.cancel()
  }
  stream.on('response', (headers) => {
    if (headers[':status'] !== 200) end = { code: 'broken', message: `HTTP status ${headers[':status'] ?? '?'}` }
    ended(headers)
  })
  stream.on('trailers', ended)
  stream.on('error', (error) => {
    failure = `the connection to the gateway failed: ${reason(error)}`
  })
  stream.on('end', () => {
    if (end !== undefined) call.finish(end)
  })
  stream.on('close', () => {
    if (end !== undefined) call.finish(end)
    else call.close(call.lost ? { code: 'lost', message: failure } : CANCELLED)
  })
  return call
}

function lostCall(peer: string): Call {
  const nothing = (): void => {}
  return {
    peer,
    handle: ({ onClosed }) =>
      process.nextTick(onClosed, { code: 'lost', message: 'the gateway is closing the connection' }),
    write: () => false,
    pause: nothing,
    resume: nothing,
    end: nothing,
    cancel: nothing,
    drop: nothing,
  }
}

// Of an error that only says "destroyed", the cause says why.
function reason(error: Error): string {
  const { message, code } = (error.cause instanceof Error ? error.cause : error) as NodeJS.ErrnoException
  return code ?? message
}

function statusEnd(headers: IncomingHttpHeaders): CallEnd | undefined {
  const status = headers['grpc-status']
  if (status === undefined) return undefined
  const message = decoded(String(headers['grpc-message'] ?? ''))
  switch (status) {
    case STATUS.ok:
      return { code: 'ended', message: 'the gateway ended the call' }
    case STATUS.unauthenticated:
      return { code: 'refused', message }
    case STATUS.unavailable:
      return { code: 'lost', message }
    default:
      return { code: 'broken', message: `gRPC status ${String(status)}: ${message}` }
  }
}

async function closeSession(session: ClientHttp2Session, closeTimeoutMs: number): Promise<void> {
  if (session.destroyed) return
  const closed = new Promise<void>((resolve) => {
    session.once('close', () => resolve())
  })
  session.close()
  await within([closed], closeTimeoutMs)
  session.destroy()
}

function decoded(message: string): string {
  try {
    return decodeURIComponent(message)
  } catch {
    return message
  }
}

const CANCELLED: CallEnd = { code: 'cancelled', message: 'the gateway cut the call' }
