import { Client, Metadata, Server, ServerCredentials, credentials, status } from '@grpc/grpc-js'
import type {
  ChannelOptions,
  ClientDuplexStream,
  ServerDuplexStream,
  ServiceDefinition,
  StatusObject,
} from '@grpc/grpc-js'
import type {
  Call,
  CallClient,
  CallClientOptions,
  CallEnd,
  CallHandlers,
  CallServer,
  CallServerOptions,
  IncomingCall,
  Method,
} from './call.ts'
import { TunnelError } from './errors.ts'
import type { TunnelLimits } from './settings.ts'

/** Serves the Tunnel service. @throws TunnelError `listen-failed`. */
export async function serveCalls(options: CallServerOptions): Promise<CallServer> {
  const { host, tls, limits } = options
  const server = new Server({
    ...channelOptions(limits),
    'grpc.max_concurrent_streams': limits.maxSessionsPerAgent + 1,
  })
  const accept = (method: Method) => (stream: ServerDuplexStream<Buffer, Buffer>) =>
    options.onCall(incoming(method, stream, limits))
  server.addService(SERVICE, { Attach: accept('Attach'), Session: accept('Session') })
  const serverCredentials =
    tls === undefined
      ? ServerCredentials.createInsecure()
      : ServerCredentials.createSsl(
          tls.clientCa === undefined ? null : Buffer.from(tls.clientCa),
          [{ cert_chain: Buffer.from(tls.cert), private_key: Buffer.from(tls.key) }],
          tls.clientCa !== undefined && (tls.requireClientCertificate ?? true),
        )
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${bracketed(host)}:${options.port}`, serverCredentials, (error, bound) => {
      if (error === null) resolve(bound)
      else reject(new TunnelError('listen-failed', `cannot listen on ${host}:${options.port}`, { cause: error }))
    })
  })
  return {
    address: { host, port },
    close: () => {
      server.forceShutdown()
      return Promise.resolve()
    },
  }
}

/** Prepares a connection to a gateway; its first call dials. */
export function dialCalls(options: CallClientOptions): CallClient {
  const { tls, limits } = options
  const channelCredentials =
    tls === undefined ? credentials.createInsecure() : credentials.createSsl(pem(tls.ca), pem(tls.key), pem(tls.cert))
  const client = new Client(options.address, channelCredentials, {
    ...channelOptions(limits),
    'grpc.use_local_subchannel_pool': 1,
    'grpc.enable_retries': 0,
    'grpc.enable_http_proxy': 0,
    'grpc.service_config_disable_resolution': 1,
    ...(tls?.serverName === undefined ? {} : { 'grpc.ssl_target_name_override': tls.serverName }),
  })
  return {
    call: (method) => {
      const metadata = new Metadata()
      if (options.token !== undefined) metadata.set('authorization', `Bearer ${options.token}`)
      return outgoing(client.makeBidiStreamRequest(PATH + method, same, same, metadata), options.address, limits)
    },
    close: () => client.close(),
  }
}

function incoming(method: Method, stream: ServerDuplexStream<Buffer, Buffer>, limits: TunnelLimits): IncomingCall {
  const authorization = stream.metadata.get('authorization')
  const certificate = stream.getAuthContext().sslPeerCertificate
  const bearer = authorization.length === 1 ? /^Bearer (.+)$/.exec(String(authorization[0])) : null
  const writer = new Writer(stream, limits)
  return {
    ...common(stream, writer),
    method,
    peer: stream.getPeer(),
    token: bearer?.[1],
    certificateSubject: one(certificate?.subject.CN),
    certificateFingerprint: certificate?.fingerprint256,
    handle: (handlers) => {
      const closed = once(handlers.onClosed)
      writer.onDrain = handlers.onDrain
      stream.on('data', handlers.onMessage)
      stream.on('end', () => closed({ code: 'ended', message: 'the agent ended the call' }))
      stream.on('error', (error) => closed({ code: 'broken', message: error.message }))
      stream.on('cancelled', () => closed({ code: 'cancelled', message: 'the call was cancelled' }))
    },
    cancel: () => stream.emit('error', { code: status.CANCELLED, details: 'cancelled' }),
    refuse: (message) => stream.emit('error', { code: status.UNAUTHENTICATED, details: message }),
  }
}

function outgoing(stream: ClientDuplexStream<Buffer, Buffer>, peer: string, limits: TunnelLimits): Call {
  const writer = new Writer(stream, limits)
  // Without a listener an error would end the process.
  stream.on('error', () => {})
  return {
    ...common(stream, writer),
    peer,
    handle: (handlers) => {
      const closed = once(handlers.onClosed)
      writer.onDrain = handlers.onDrain
      stream.on('data', handlers.onMessage)
      stream.on('end', () => {
        if (ended) closed(CLEAN)
      })
      let ended = false
      stream.on('status', (end: StatusObject) => {
        if (end.code !== status.OK) closed({ code: ENDS[end.code] ?? 'broken', message: end.details })
        else if (stream.readableEnded) closed(CLEAN)
        else ended = true
      })
    },
    cancel: () => stream.cancel(),
  }
}

function common(
  stream: ClientDuplexStream<Buffer, Buffer> | ServerDuplexStream<Buffer, Buffer>,
  writer: Writer,
): Pick<Call, 'write' | 'pause' | 'resume' | 'end'> {
  return {
    write: (parts) => writer.write(parts),
    pause: () => void stream.pause(),
    resume: () => void stream.resume(),
    end: (onFlushed) => {
      if (onFlushed !== undefined) stream.once('finish', onFlushed)
      stream.end()
    },
  }
}

// grpc-js counts waiting messages; this counts bytes.
class Writer {
  readonly #stream: ClientDuplexStream<Buffer, Buffer> | ServerDuplexStream<Buffer, Buffer>
  readonly #limit: number
  #waiting = 0
  #full = false
  onDrain: CallHandlers['onDrain'] = () => {}

  constructor(stream: ClientDuplexStream<Buffer, Buffer> | ServerDuplexStream<Buffer, Buffer>, limits: TunnelLimits) {
    this.#stream = stream
    this.#limit = limits.sendBufferBytes
  }

  write(parts: readonly Uint8Array[]): boolean {
    const message = Buffer.concat(parts)
    this.#waiting += message.length
    this.#stream.write(message, () => this.#sent(message.length))
    this.#full ||= this.#waiting >= this.#limit
    return !this.#full
  }

  #sent(length: number): void {
    this.#waiting -= length
    if (!this.#full || this.#waiting > this.#limit / 2) return
    this.#full = false
    this.onDrain()
  }
}

function channelOptions(limits: TunnelLimits): ChannelOptions {
  return {
    'grpc.max_receive_message_length': limits.maxMessageBytes,
    'grpc.max_send_message_length': -1,
    'grpc.keepalive_time_ms': limits.heartbeatIntervalMs,
    'grpc.keepalive_timeout_ms': limits.heartbeatTimeoutMs,
    'grpc-node.flow_control_window': limits.sessionWindowBytes,
  }
}

function once(report: (end: CallEnd) => void): (end: CallEnd) => void {
  let done = false
  return (end) => {
    if (done) return
    done = true
    report(end)
  }
}

// A subject with several common names proves none of them.
const one = (names: string | string[] | undefined): string | undefined =>
  typeof names === 'string' ? names : undefined
const same = (message: Buffer): Buffer => message
const pem = (text: string | undefined): Buffer | null => (text === undefined ? null : Buffer.from(text))
const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host)

const PATH = '/sallyport.tunnel.v1.Tunnel/'
const method = (name: Method) => ({
  path: PATH + name,
  requestStream: true,
  responseStream: true,
  requestSerialize: same,
  requestDeserialize: same,
  responseSerialize: same,
  responseDeserialize: same,
})
const SERVICE: ServiceDefinition = { Attach: method('Attach'), Session: method('Session') }
const CLEAN: CallEnd = { code: 'ended', message: 'the gateway ended the call' }
const ENDS: Partial<Record<status, CallEnd['code']>> = {
  [status.UNAUTHENTICATED]: 'refused',
  [status.PERMISSION_DENIED]: 'refused',
  [status.CANCELLED]: 'cancelled',
  [status.UNAVAILABLE]: 'lost',
  [status.RESOURCE_EXHAUSTED]: 'too-large',
}
