import type { Codec } from '../codec.ts'

/** PasswordMessage (F) answers a request for a clear or md5 password. Spec: protocol-message-formats, "PasswordMessage". */
export interface PasswordMessage {
  readonly type: 'PasswordMessage'
  readonly password: string
}

export const PasswordMessage: Codec<PasswordMessage> = {
  tag: 0x70, // 'p'
  decode: (body) => ({ type: 'PasswordMessage', password: body.cstring() }),
  encode: (message, body) => {
    body.cstring(message.password)
  },
}
