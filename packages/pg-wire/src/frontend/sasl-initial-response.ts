import type { Codec, Value } from '../codec.ts'
import { readValue, writeValue } from '../values.ts'

/** SASLInitialResponse (F) chooses a mechanism. Spec: protocol-message-formats, "SASLInitialResponse". */
export interface SASLInitialResponse {
  readonly type: 'SASLInitialResponse'
  readonly mechanism: string
  /** The mechanism's first data; null when it has none. */
  readonly data: Value
}

export const SASLInitialResponse: Codec<SASLInitialResponse> = {
  tag: 0x70, // 'p'
  decode: (body) => ({
    type: 'SASLInitialResponse',
    mechanism: body.cstring(),
    data: readValue(body, 'frontend'),
  }),
  encode: (message, body) => {
    body.cstring(message.mechanism)
    writeValue(body, message.data)
  },
}
