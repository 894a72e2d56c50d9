import type { Codec } from '../codec.ts'
import { readTarget, type Target, writeTarget } from './target.ts'

/** Close (F) drops a statement or a portal; one that does not exist is no error. Spec: protocol-message-formats, "Close". */
export interface Close {
  readonly type: 'Close'
  readonly target: Target
  /** '' is the unnamed one. */
  readonly name: string
}

export const Close: Codec<Close> = {
  tag: 0x43, // 'C'
  decode: (body) => ({ type: 'Close', target: readTarget(body), name: body.cstring() }),
  encode: (message, body) => {
    writeTarget(body, message.target)
    body.cstring(message.name)
  },
}
