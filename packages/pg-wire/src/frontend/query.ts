import type { Codec } from '../codec.ts'

/** Query (F) is the Simple Query: one text of any number of statements. Spec: protocol-message-formats, "Query". */
export interface Query {
  readonly type: 'Query'
  readonly query: string
}

export const Query: Codec<Query> = {
  tag: 0x51, // 'Q'
  decode: (body) => ({ type: 'Query', query: body.cstring() }),
  encode: (message, body) => {
    body.cstring(message.query)
  },
}
