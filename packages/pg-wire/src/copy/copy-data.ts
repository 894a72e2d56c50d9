import type { Codec } from '../codec.ts'

/** CopyData (F and B) is a piece of a COPY stream; its borders mean nothing. Spec: protocol-message-formats, "CopyData". */
export interface CopyData {
  readonly type: 'CopyData'
  readonly data: Uint8Array
}

export const CopyData: Codec<CopyData> = {
  tag: 0x64, // 'd'
  decode: (body) => ({ type: 'CopyData', data: body.rest() }),
  encode: (message, body) => {
    body.bytes(message.data)
  },
}
