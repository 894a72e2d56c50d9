import type { Codec } from '../codec.ts'
import { MalformedMessageError } from '../errors.ts'

/** Where the session stands: outside a transaction ('I'), in a transaction block ('T'), in a failed one ('E'). */
export type TransactionStatus = 'idle' | 'block' | 'failed'

/** ReadyForQuery (B) ends the replies to a Query, FunctionCall or Sync. Spec: protocol-message-formats, "ReadyForQuery". */
export interface ReadyForQuery {
  readonly type: 'ReadyForQuery'
  readonly status: TransactionStatus
}

export const ReadyForQuery: Codec<ReadyForQuery> = {
  tag: 0x5a, // 'Z'
  decode: (body) => {
    const letter = body.uint8()
    const status = STATUSES.get(letter)
    if (status === undefined) {
      throw new MalformedMessageError('backend', `0x${letter.toString(16)} is no transaction status`)
    }
    return { type: 'ReadyForQuery', status }
  },
  encode: (message, body) => {
    for (const [letter, status] of STATUSES) if (status === message.status) body.uint8(letter)
  },
}

const STATUSES: ReadonlyMap<number, TransactionStatus> = new Map([
  [0x49, 'idle'], // 'I'
  [0x54, 'block'], // 'T'
  [0x45, 'failed'], // 'E'
])
