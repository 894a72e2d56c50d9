import type { Codec, Format, Value } from '../codec.ts'
import { readFormats, readValue, writeFormats, writeValue } from '../values.ts'

/** FunctionCall (F) calls a function by OID, without SQL. Spec: protocol-message-formats, "FunctionCall". */
export interface FunctionCall {
  readonly type: 'FunctionCall'
  readonly functionOid: number
  readonly argumentFormats: readonly Format[]
  /** Views of the message: they live as long as its bytes. */
  readonly arguments: readonly Value[]
  readonly resultFormat: Format
}

export const FunctionCall: Codec<FunctionCall> = {
  tag: 0x46, // 'F'
  decode: (body) => ({
    type: 'FunctionCall',
    functionOid: body.uint32(),
    argumentFormats: readFormats(body),
    arguments: body.list(body.uint16(), (reader) => readValue(reader, 'frontend')),
    resultFormat: body.int16(),
  }),
  encode: (message, body) => {
    body.uint32(message.functionOid)
    writeFormats(body, message.argumentFormats)
    body.uint16(message.arguments.length)
    for (const argument of message.arguments) writeValue(body, argument)
    body.int16(message.resultFormat)
  },
}
