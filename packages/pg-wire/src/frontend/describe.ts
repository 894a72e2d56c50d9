import type { Codec } from '../codec.ts'
import { readTarget, type Target, writeTarget } from './target.ts'

/** Describe (F) asks for the columns of a statement or portal. Spec: protocol-message-formats, "Describe". */
export interface Describe {
  readonly type: 'Describe'
  readonly target: Target
  /** '' is the unnamed one. */
  readonly name: string
}

export const Describe: Codec<Describe> = {
  tag: 0x44, // 'D'
  decode: (body) => ({ type: 'Describe', target: readTarget(body), name: body.cstring() }),
  encode: (message, body) => {
    writeTarget(body, message.target)
    body.cstring(message.name)
  },
}
