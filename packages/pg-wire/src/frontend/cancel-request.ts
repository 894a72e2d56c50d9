import type { Reader, Writer } from '@sallyport/bytes'
import { MalformedMessageError } from '../errors.ts'

/** CancelRequest (F) asks, on a connection of its own, to cancel what a backend runs. Spec: protocol-message-formats, "CancelRequest". */
export interface CancelRequest {
  readonly type: 'CancelRequest'
  readonly processId: number
  /** 4 bytes in protocol 3.0, 4 to 256 in 3.2; a view that lives as long as the packet's bytes. */
  readonly secretKey: Uint8Array
}

/** Reads what follows the request code. */
export function decodeCancelRequest(body: Reader): CancelRequest {
  const processId = body.int32()
  const secretKey = body.rest()
  if (!isSecretKeyLength(secretKey.length)) {
    throw new MalformedMessageError('frontend', `A cancel key cannot have ${secretKey.length} bytes`)
  }
  return { type: 'CancelRequest', processId, secretKey }
}

/** Writes what follows the request code. */
export function encodeCancelRequest(message: CancelRequest, body: Writer): void {
  body.int32(message.processId).bytes(message.secretKey)
}

/** Whether a cancel key may have this many bytes. Spec: protocol-message-formats, "BackendKeyData". */
export function isSecretKeyLength(length: number): boolean {
  return length >= 4 && length <= 256
}
