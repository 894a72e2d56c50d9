import type { Codec } from '../codec.ts'

/** SASLResponse (F) carries a mechanism's further data. Spec: protocol-message-formats, "SASLResponse". */
export interface SASLResponse {
  readonly type: 'SASLResponse'
  readonly data: Uint8Array
}

export const SASLResponse: Codec<SASLResponse> = {
  tag: 0x70, // 'p'
  decode: (body) => ({ type: 'SASLResponse', data: body.rest() }),
  encode: (message, body) => {
    body.bytes(message.data)
  },
}
