import type { Reader } from '@sallyport/bytes'
import type { Codec, Format } from '../codec.ts'

/** RowDescription (B) describes the columns of the rows that follow. Spec: protocol-message-formats, "RowDescription". */
export interface RowDescription {
  readonly type: 'RowDescription'
  readonly fields: readonly Field[]
}

/** One column of a result. */
export interface Field {
  readonly name: string
  /** OID of the table it comes from unchanged; 0 when it is computed. */
  readonly tableOid: number
  /** Attribute number in that table; 0 for a computed column and for a whole row, negative for a system column. */
  readonly attribute: number
  readonly typeOid: number
  /** Bytes; negative for types of varying length. */
  readonly typeSize: number
  readonly typeModifier: number
  /** 0 also when the format is not known yet: in a statement's description. */
  readonly format: Format
}

export const RowDescription: Codec<RowDescription> = {
  tag: 0x54, // 'T'
  decode: (body) => ({ type: 'RowDescription', fields: body.list(body.uint16(), readField) }),
  encode: (message, body) => {
    body.uint16(message.fields.length)
    for (const field of message.fields) {
      body
        .cstring(field.name)
        .uint32(field.tableOid)
        .int16(field.attribute)
        .uint32(field.typeOid)
        .int16(field.typeSize)
        .int32(field.typeModifier)
        .int16(field.format)
    }
  },
}

function readField(body: Reader): Field {
  return {
    name: body.cstring(),
    tableOid: body.uint32(),
    attribute: body.int16(),
    typeOid: body.uint32(),
    typeSize: body.int16(),
    typeModifier: body.int32(),
    format: body.int16(),
  }
}
