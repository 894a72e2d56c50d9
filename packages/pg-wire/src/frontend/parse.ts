import type { Codec } from '../codec.ts'

/** Parse (F) prepares a statement. Spec: protocol-message-formats, "Parse". */
export interface Parse {
  readonly type: 'Parse'
  /** Statement name; '' is the unnamed statement. */
  readonly name: string
  readonly query: string
  /** Type OIDs; 0 lets the server infer. */
  readonly parameterTypes: readonly number[]
}

export const Parse: Codec<Parse> = {
  tag: 0x50, // 'P'
  decode: (body) => ({
    type: 'Parse',
    name: body.cstring(),
    query: body.cstring(),
    parameterTypes: body.list(body.uint16(), (reader) => reader.uint32()),
  }),
  encode: (message, body) => {
    body.cstring(message.name).cstring(message.query).uint16(message.parameterTypes.length)
    for (const oid of message.parameterTypes) body.uint32(oid)
  },
}
