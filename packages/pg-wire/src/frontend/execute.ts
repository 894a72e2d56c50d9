import type { Codec } from '../codec.ts'

/** Execute (F) runs a portal. Spec: protocol-message-formats, "Execute". */
export interface Execute {
  readonly type: 'Execute'
  /** '' is the unnamed portal. */
  readonly portal: string
  /** Rows after which the portal is suspended; 0 or less means no limit. */
  readonly maxRows: number
}

export const Execute: Codec<Execute> = {
  tag: 0x45, // 'E'
  decode: (body) => ({ type: 'Execute', portal: body.cstring(), maxRows: body.int32() }),
  encode: (message, body) => {
    body.cstring(message.portal).int32(message.maxRows)
  },
}
