import type { Codec } from '../codec.ts'
import { readHeader } from './header.ts'

/** EOF ends column definitions and rows where it is not deprecated. Spec: page_protocol_basic_eof_packet. */
export interface EofPacket {
  readonly type: 'EOF'
  readonly warnings: number
  /** Bits of SERVER_STATUS. */
  readonly status: number
}

export const EofPacket: Codec<EofPacket> = {
  decode: (body) => {
    readHeader(body, 0xfe)
    return { type: 'EOF', warnings: body.uint16Le(), status: body.uint16Le() }
  },
  encode: (message, body) => {
    body.uint8(0xfe).uint16Le(message.warnings).uint16Le(message.status)
  },
}
