import type { Codec } from '../codec.ts'
import { MalformedMessageError } from '../errors.ts'
import { isSecretKeyLength } from '../frontend/cancel-request.ts'

/** BackendKeyData (B) is what a CancelRequest must show. Spec: protocol-message-formats, "BackendKeyData". */
export interface BackendKeyData {
  readonly type: 'BackendKeyData'
  readonly processId: number
  /** 4 bytes in protocol 3.0, 4 to 256 in 3.2; a view that lives as long as the message's bytes. */
  readonly secretKey: Uint8Array
}

export const BackendKeyData: Codec<BackendKeyData> = {
  tag: 0x4b, // 'K'
  decode: (body) => {
    const processId = body.int32()
    const secretKey = body.rest()
    if (!isSecretKeyLength(secretKey.length)) {
      throw new MalformedMessageError('backend', `A cancel key cannot have ${secretKey.length} bytes`)
    }
    return { type: 'BackendKeyData', processId, secretKey }
  },
  encode: (message, body) => {
    body.int32(message.processId).bytes(message.secretKey)
  },
}
