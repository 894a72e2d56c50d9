import type { Codec } from '../codec.ts'

/** ParameterDescription (B) names the types of a statement's parameters. Spec: protocol-message-formats, "ParameterDescription". */
export interface ParameterDescription {
  readonly type: 'ParameterDescription'
  /** Type OIDs, one per parameter. */
  readonly parameterTypes: readonly number[]
}

export const ParameterDescription: Codec<ParameterDescription> = {
  tag: 0x74, // 't'
  decode: (body) => ({
    type: 'ParameterDescription',
    parameterTypes: body.list(body.uint16(), (reader) => reader.uint32()),
  }),
  encode: (message, body) => {
    body.uint16(message.parameterTypes.length)
    for (const oid of message.parameterTypes) body.uint32(oid)
  },
}
