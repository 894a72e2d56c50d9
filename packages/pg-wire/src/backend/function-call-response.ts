import type { Codec, Value } from '../codec.ts'
import { readValue, writeValue } from '../values.ts'

/** FunctionCallResponse (B) is the result of a FunctionCall. Spec: protocol-message-formats, "FunctionCallResponse". */
export interface FunctionCallResponse {
  readonly type: 'FunctionCallResponse'
  /** A view that lives as long as the message's bytes. */
  readonly value: Value
}

export const FunctionCallResponse: Codec<FunctionCallResponse> = {
  tag: 0x56, // 'V'
  decode: (body) => ({ type: 'FunctionCallResponse', value: readValue(body, 'backend') }),
  encode: (message, body) => {
    writeValue(body, message.value)
  },
}
