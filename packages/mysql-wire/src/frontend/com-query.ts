import { BytesError } from '@sallyport/bytes'
import { CLIENT, has } from '../capabilities.ts'
import { readCount, readLength, writeLength } from '../lenenc.ts'
import type { CommandCodec } from './codec.ts'
import { type Parameter, readParameters, writeParameters } from './parameters.ts'

/** COM_QUERY runs a text: one statement, or several with CLIENT_MULTI_STATEMENTS. Spec: page_protocol_com_query. */
export interface ComQuery {
  readonly type: 'COM_QUERY'
  /** Query attributes, and values for question marks in the text; none without CLIENT_QUERY_ATTRIBUTES. */
  readonly attributes: readonly Parameter[]
  /** In the session's character set; it may hold bytes that are not text. A view of the packet. */
  readonly query: Uint8Array
}

export const ComQuery: CommandCodec<ComQuery> = {
  decode: (body, { capabilities }) => {
    if (!has(capabilities, CLIENT.QUERY_ATTRIBUTES)) return { type: 'COM_QUERY', attributes: [], query: body.rest() }
    // Each attribute takes at least a type, its flags and a name.
    const count = readCount(body, 3)
    if (readLength(body) !== 1) throw new BytesError('out-of-range', 'A query has one set of attributes')
    if (count === 0) return { type: 'COM_QUERY', attributes: [], query: body.rest() }
    const { parameters, bound } = readParameters(body, count, true, undefined, () => false)
    if (!bound) throw new BytesError('out-of-range', 'Attributes of a query have no types')
    return { type: 'COM_QUERY', attributes: parameters, query: body.rest() }
  },
  encode: (message, body, { capabilities }) => {
    if (has(capabilities, CLIENT.QUERY_ATTRIBUTES)) {
      writeLength(body, message.attributes.length)
      writeLength(body, 1)
      if (message.attributes.length > 0) writeParameters(body, message.attributes, true, true)
    } else if (message.attributes.length > 0) {
      throw new BytesError('out-of-range', 'The session has no query attributes')
    }
    body.bytes(message.query)
  },
}
