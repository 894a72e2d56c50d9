import type { Reader, Writer } from '@sallyport/bytes'
import type { Capabilities } from './capabilities.ts'

/**
 * How the payload of one type of packet is read and written under the capabilities of the session. `decode` need not check that the payload is used
 * up: the caller does. Byte ranges in a decoded packet are views of the payload and live as long as it.
 */
export interface Codec<M> {
  /** Throws `BytesError` for a payload that is too short, and `MalformedMessageError` for values outside the protocol. */
  readonly decode: (body: Reader, capabilities: Capabilities) => M
  readonly encode: (message: M, body: Writer, capabilities: Capabilities) => void
}

/** A value that may be NULL. */
export type Value = Uint8Array | null
