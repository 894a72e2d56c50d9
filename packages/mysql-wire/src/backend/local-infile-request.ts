import type { Codec } from '../codec.ts'
import { readHeader } from './header.ts'

/** The server asks for a file of the client's machine. Spec: page_protocol_com_query_response_local_infile_request. */
export interface LocalInfileRequest {
  readonly type: 'LocalInfileRequest'
  /** What the server wants; it may be another path than the statement names. */
  readonly path: string
}

export const LocalInfileRequest: Codec<LocalInfileRequest> = {
  decode: (body) => {
    readHeader(body, 0xfb)
    return { type: 'LocalInfileRequest', path: body.utf8(body.remaining) }
  },
  encode: (message, body) => {
    body.uint8(0xfb).utf8(message.path)
  },
}
