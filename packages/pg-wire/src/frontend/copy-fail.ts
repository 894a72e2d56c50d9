import type { Codec } from '../codec.ts'

/** CopyFail (F) makes a COPY FROM STDIN fail. Spec: protocol-message-formats, "CopyFail". */
export interface CopyFail {
  readonly type: 'CopyFail'
  /** What the backend reports as the cause. */
  readonly reason: string
}

export const CopyFail: Codec<CopyFail> = {
  tag: 0x66, // 'f'
  decode: (body) => ({ type: 'CopyFail', reason: body.cstring() }),
  encode: (message, body) => {
    body.cstring(message.reason)
  },
}
