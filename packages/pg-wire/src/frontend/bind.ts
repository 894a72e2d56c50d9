import type { Codec, Format, Value } from '../codec.ts'
import { readFormats, readValue, writeFormats, writeValue } from '../values.ts'

/** Bind (F) makes a portal from a statement and parameters. Spec: protocol-message-formats, "Bind". */
export interface Bind {
  readonly type: 'Bind'
  /** Portal name; '' is the unnamed portal. */
  readonly portal: string
  /** Statement name; '' is the unnamed statement. */
  readonly statement: string
  /** None: all text. One: for all parameters. Otherwise one each. */
  readonly parameterFormats: readonly Format[]
  /** Views of the message: they live as long as its bytes. */
  readonly parameters: readonly Value[]
  /** None: all text. One: for all columns. Otherwise one each. */
  readonly resultFormats: readonly Format[]
}

export const Bind: Codec<Bind> = {
  tag: 0x42, // 'B'
  decode: (body) => ({
    type: 'Bind',
    portal: body.cstring(),
    statement: body.cstring(),
    parameterFormats: readFormats(body),
    parameters: body.list(body.uint16(), (reader) => readValue(reader, 'frontend')),
    resultFormats: readFormats(body),
  }),
  encode: (message, body) => {
    body.cstring(message.portal).cstring(message.statement)
    writeFormats(body, message.parameterFormats)
    body.uint16(message.parameters.length)
    for (const parameter of message.parameters) writeValue(body, parameter)
    writeFormats(body, message.resultFormats)
  },
}
