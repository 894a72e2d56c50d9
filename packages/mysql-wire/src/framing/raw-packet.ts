/** A whole message: one packet, or several where the payload has 16 MiB - 1 and more. Bytes are borrowed from whoever delivers it. */
export interface RawPacket {
  /** All packets with their headers, as they came. */
  readonly bytes: Uint8Array
  /** The payload without headers: a view of `bytes` when it is one packet. */
  readonly payload: Uint8Array
  /** Sequence id of the first packet. */
  readonly sequence: number
  /** The id that the next packet on the wire has. */
  readonly nextSequence: number
}

/** The payload's length in three bytes, and the sequence id. Spec: page_protocol_basic_packets. */
export const HEADER_BYTES = 4

/** A packet of this payload is followed by another one of the same message, which may be empty. */
export const MAX_PACKET_PAYLOAD = 0xff_ffff
