import type { Codec } from '../codec.ts'
import { MalformedMessageError } from '../errors.ts'

/**
 * NegotiateProtocolVersion (B) says which version and which of the frontend's `_pq_.` options are not spoken. Spec:
 * protocol-message-formats, "NegotiateProtocolVersion".
 */
export interface NegotiateProtocolVersion {
  readonly type: 'NegotiateProtocolVersion'
  /** The newest minor version of major version 3 that the backend speaks. */
  readonly minor: number
  /** Names of the options it does not know. */
  readonly unknownOptions: readonly string[]
}

export const NegotiateProtocolVersion: Codec<NegotiateProtocolVersion> = {
  tag: 0x76, // 'v'
  decode: (body) => {
    const version = body.int32()
    const major = version >>> 16
    // PostgreSQL sends the whole version, the documentation speaks of the minor one alone: both mean major version 3.
    if (major !== 0 && major !== 3) {
      throw new MalformedMessageError('backend', `Version ${major}.${version & 0xffff} was never asked for`)
    }
    const count = body.int32()
    if (count < 0) throw new MalformedMessageError('backend', `There cannot be ${count} options`)
    return {
      type: 'NegotiateProtocolVersion',
      minor: version & 0xffff,
      unknownOptions: body.list(count, (reader) => reader.cstring()),
    }
  },
  encode: (message, body) => {
    body.uint16(3).uint16(message.minor).int32(message.unknownOptions.length)
    for (const name of message.unknownOptions) body.cstring(name)
  },
}
