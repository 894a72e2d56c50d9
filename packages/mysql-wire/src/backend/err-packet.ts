import type { Codec } from '../codec.ts'
import { readHeader } from './header.ts'

/** ERR ends a command, or a login, in failure. Spec: page_protocol_basic_err_packet. */
export interface ErrPacket {
  readonly type: 'ERR'
  /** The server's error number. */
  readonly errorCode: number
  /** Five characters; '' before the capabilities are agreed on. */
  readonly sqlState: string
  readonly message: string
}

export const ErrPacket: Codec<ErrPacket> = {
  decode: (body) => {
    readHeader(body, 0xff)
    const errorCode = body.uint16Le()
    const rest = body.utf8(body.remaining)
    const marked = rest.startsWith('#') && rest.length >= 6
    return {
      type: 'ERR',
      errorCode,
      sqlState: marked ? rest.slice(1, 6) : '',
      message: marked ? rest.slice(6) : rest,
    }
  },
  encode: (message, body) => {
    body.uint8(0xff).uint16Le(message.errorCode)
    if (message.sqlState !== '') body.utf8('#').utf8(message.sqlState)
    body.utf8(message.message)
  },
}
