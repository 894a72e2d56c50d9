import { BytesError, Reader, type Writer } from '@sallyport/bytes'
import { type Capabilities, CLIENT } from '../capabilities.ts'
import type { Codec } from '../codec.ts'
import { decoding } from '../malformed.ts'
import { readLengthBytes, writeLengthBytes } from '../lenenc.ts'
import { type Attribute, readAttributes, writeAttributes } from './connect-attributes.ts'

/**
 * Protocol::HandshakeResponse41, how a client begins a session. Spec:
 * page_protocol_connection_phase_packets_protocol_handshake_response.
 */
export interface HandshakeResponse {
  readonly type: 'HandshakeResponse41'
  /** What the client wants to speak, of what the server offered. */
  readonly capabilities: Capabilities
  readonly maxPacketBytes: number
  readonly characterSet: number
  readonly user: string
  /** The plug-in's first answer. */
  readonly authResponse: Uint8Array
  /** '' when none was named. */
  readonly schema: string
  /** '' when none was named. */
  readonly plugin: string
  readonly attributes: readonly Attribute[]
  /** 1 to 22 with zstd compression, else 0. */
  readonly zstdLevel: number
}

/** Protocol::SSLRequest: the head of a HandshakeResponse41, and TLS begins. */
export interface SslRequest {
  readonly type: 'SSLRequest'
  readonly capabilities: Capabilities
  readonly maxPacketBytes: number
  readonly characterSet: number
}

/** Decodes the first packet of a client. Throws MalformedMessageError, also for a client before 4.1. */
export function decodeFirstPacket(payload: Uint8Array): HandshakeResponse | SslRequest {
  return decoding('frontend', 'HandshakeResponse41', payload, (body) => {
    const flags = body.remaining >= 4 ? new Reader(payload).uint32Le() : 0
    const tls = (flags & CLIENT.SSL) !== 0 && payload.length === SSL_REQUEST_BYTES
    return tls ? SslRequest.decode(body, NOTHING_AGREED) : HandshakeResponse.decode(body, NOTHING_AGREED)
  })
}

// The packets bring their own capabilities.
export const SslRequest: Codec<SslRequest> = {
  decode: (body) => ({ type: 'SSLRequest', ...readHead(body) }),
  encode: (message, body) => {
    writeHead(message, body)
  },
}

export const HandshakeResponse: Codec<HandshakeResponse> = {
  decode: (body) => {
    const head = readHead(body)
    const { flags } = head.capabilities
    const user = body.cstring()
    const authResponse = readAuthResponse(body, flags)
    const schema = (flags & CLIENT.CONNECT_WITH_DB) === 0 ? '' : body.cstring()
    const plugin = (flags & CLIENT.PLUGIN_AUTH) === 0 ? '' : body.cstring()
    const attributes = (flags & CLIENT.CONNECT_ATTRS) === 0 ? [] : readAttributes(body)
    const zstdLevel = (flags & CLIENT.ZSTD_COMPRESSION_ALGORITHM) === 0 ? 0 : body.uint8()
    return { type: 'HandshakeResponse41', ...head, user, authResponse, schema, plugin, attributes, zstdLevel }
  },
  encode: (message, body) => {
    writeHead(message, body)
    const { flags } = message.capabilities
    body.cstring(message.user)
    if ((flags & CLIENT.PLUGIN_AUTH_LENENC_CLIENT_DATA) !== 0) writeLengthBytes(body, message.authResponse)
    else if ((flags & CLIENT.SECURE_CONNECTION) !== 0) {
      body.uint8(message.authResponse.length).bytes(message.authResponse)
    } else throw new BytesError('out-of-range', 'A session begins with CLIENT_SECURE_CONNECTION')
    if ((flags & CLIENT.CONNECT_WITH_DB) !== 0) body.cstring(message.schema)
    if ((flags & CLIENT.PLUGIN_AUTH) !== 0) body.cstring(message.plugin)
    if ((flags & CLIENT.CONNECT_ATTRS) !== 0) writeAttributes(body, message.attributes)
    if ((flags & CLIENT.ZSTD_COMPRESSION_ALGORITHM) !== 0) body.uint8(message.zstdLevel)
  },
}

interface Head {
  readonly capabilities: Capabilities
  readonly maxPacketBytes: number
  readonly characterSet: number
}

function readHead(body: Reader): Head {
  const flags = body.uint32Le()
  if ((flags & CLIENT.PROTOCOL_41) === 0) {
    throw new BytesError('out-of-range', 'The client does not speak the protocol of 4.1')
  }
  const maxPacketBytes = body.uint32Le()
  const characterSet = body.uint8()
  body.skip(19)
  const extension = body.uint32Le()
  const extended = (flags & CLIENT.LONG_PASSWORD) === 0 ? extension : 0
  return { capabilities: { flags, extended }, maxPacketBytes, characterSet }
}

function writeHead(head: Head, body: Writer): void {
  const { flags, extended } = head.capabilities
  body.uint32Le(flags).uint32Le(head.maxPacketBytes).uint8(head.characterSet).zeros(19)
  body.uint32Le((flags & CLIENT.LONG_PASSWORD) === 0 ? extended : 0)
}

function readAuthResponse(body: Reader, flags: number): Uint8Array {
  if ((flags & CLIENT.PLUGIN_AUTH_LENENC_CLIENT_DATA) !== 0) return readLengthBytes(body)
  if ((flags & CLIENT.SECURE_CONNECTION) !== 0) return body.bytes(body.uint8())
  return body.cstringBytes()
}

const SSL_REQUEST_BYTES = 32
const NOTHING_AGREED: Capabilities = { flags: 0, extended: 0 }
