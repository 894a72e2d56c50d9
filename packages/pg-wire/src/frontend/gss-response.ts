import type { Codec } from '../codec.ts'

/** GSSResponse (F) carries GSSAPI or SSPI data. Spec: protocol-message-formats, "GSSResponse". */
export interface GSSResponse {
  readonly type: 'GSSResponse'
  readonly data: Uint8Array
}

export const GSSResponse: Codec<GSSResponse> = {
  tag: 0x70, // 'p'
  decode: (body) => ({ type: 'GSSResponse', data: body.rest() }),
  encode: (message, body) => {
    body.bytes(message.data)
  },
}
