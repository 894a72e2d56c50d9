// gRPC's Length-Prefixed-Message: one byte that says whether the message is compressed, four of length, the message.
// Spec: grpc/grpc doc/PROTOCOL-HTTP2.md.

/** Bytes before each message. */
export const PREFIX_BYTES = 5

/** Writes the prefix of an uncompressed message. */
export function writePrefix(out: Uint8Array, length: number): void {
  out[0] = 0
  out[1] = length >>> 24
  out[2] = length >>> 16
  out[3] = length >>> 8
  out[4] = length
}

/** Cuts a stream of chunks into messages, and keeps what nobody has asked for yet. */
export class MessageDecoder {
  readonly #maxMessageBytes: number
  #parts: Uint8Array[] = []
  #have = 0
  // Prefix included; what `parts` must reach before it is worth looking at again.
  #need = PREFIX_BYTES

  constructor(maxMessageBytes: number) {
    this.#maxMessageBytes = maxMessageBytes
  }

  push(chunk: Uint8Array): void {
    this.#parts.push(chunk)
    this.#have += chunk.length
  }

  /**
   * The next message; it borrows the memory of a chunk where the chunk holds all of it. `more`: it is not complete yet. `too-large`: it exceeds
   * the limit, which the prefix tells before anything is kept of it. `compressed`: nobody agreed to that. After either of these the stream is lost.
   */
  next(): Uint8Array | 'more' | 'too-large' | 'compressed' {
    if (this.#have < this.#need) return 'more'
    const bytes = this.#joined()
    const length =
      (bytes[1] as number) * 2 ** 24 +
      (((bytes[2] as number) << 16) | ((bytes[3] as number) << 8) | (bytes[4] as number))
    if (bytes[0] !== 0) return 'compressed'
    if (length > this.#maxMessageBytes) return 'too-large'
    const end = PREFIX_BYTES + length
    if (bytes.length < end) {
      this.#need = end
      return 'more'
    }
    this.#need = PREFIX_BYTES
    this.#have -= end
    this.#parts = this.#have === 0 ? [] : [bytes.subarray(end)]
    return bytes.subarray(PREFIX_BYTES, end)
  }

  #joined(): Uint8Array {
    if (this.#parts.length > 1) this.#parts = [Buffer.concat(this.#parts, this.#have)]
    return this.#parts[0] as Uint8Array
  }
}
