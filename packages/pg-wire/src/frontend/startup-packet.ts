import { type Reader, Writer } from '@sallyport/bytes'
import { MalformedMessageError } from '../errors.ts'
import { decoding } from '../malformed.ts'
import { type CancelRequest, decodeCancelRequest, encodeCancelRequest } from './cancel-request.ts'
import { decodeStartupMessage, encodeStartupMessage, type StartupMessage } from './startup-message.ts'

/** SSLRequest (F) asks for TLS before the session. Spec: protocol-message-formats, "SSLRequest". */
export interface SSLRequest {
  readonly type: 'SSLRequest'
}

/** GSSENCRequest (F) asks for GSSAPI encryption before the session. Spec: protocol-message-formats, "GSSENCRequest". */
export interface GSSENCRequest {
  readonly type: 'GSSENCRequest'
}

/** A packet that may begin a connection; it has a length and no type byte. */
export type StartupPacket = StartupMessage | SSLRequest | GSSENCRequest | CancelRequest

/** Decodes the body of a startup packet: everything behind its length. Throws {@link MalformedMessageError}. */
export function decodeStartupPacket(body: Uint8Array): StartupPacket {
  return decoding('frontend', 'startup packet', body, 0, decodeBody)
}

/** Encodes a startup packet, its length included. */
export function encodeStartupPacket(packet: StartupPacket): Uint8Array {
  const writer = new Writer()
  writer.int32(0)
  switch (packet.type) {
    case 'StartupMessage':
      encodeStartupMessage(packet, writer)
      break
    case 'SSLRequest':
      writer.int32(SSL_REQUEST_CODE)
      break
    case 'GSSENCRequest':
      writer.int32(GSSENC_REQUEST_CODE)
      break
    case 'CancelRequest':
      writer.int32(CANCEL_REQUEST_CODE)
      encodeCancelRequest(packet, writer)
      break
  }
  return writer.setInt32(0, writer.length).toBytes()
}

function decodeBody(body: Reader): StartupPacket {
  const code = body.int32()
  switch (code) {
    case SSL_REQUEST_CODE:
      return { type: 'SSLRequest' }
    case GSSENC_REQUEST_CODE:
      return { type: 'GSSENCRequest' }
    case CANCEL_REQUEST_CODE:
      return decodeCancelRequest(body)
    default:
      if (code >>> 16 !== PROTOCOL_MAJOR) {
        throw new MalformedMessageError('frontend', `Protocol version ${code >>> 16}.${code & 0xffff} is not spoken`)
      }
      return decodeStartupMessage(code, body)
  }
}

const PROTOCOL_MAJOR = 3
// CANCEL_REQUEST_CODE, NEGOTIATE_SSL_CODE and NEGOTIATE_GSS_CODE of pqcomm.h: major version 1234.
const CANCEL_REQUEST_CODE = (1234 << 16) | 5678
const SSL_REQUEST_CODE = (1234 << 16) | 5679
const GSSENC_REQUEST_CODE = (1234 << 16) | 5680
