/** A whole message as it came: bytes that are borrowed from whoever delivers it, who says until when. */
export class RawMessage {
  /** The type byte. */
  readonly tag: number
  /** Tag, length and body. */
  readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.tag = bytes[0] ?? 0
    this.bytes = bytes
  }

  /** What follows the length, as a view. */
  get body(): Uint8Array {
    return this.bytes.subarray(HEADER_BYTES)
  }
}

/** The tag, and the length that counts itself. */
export const HEADER_BYTES = 5
