// gRPC's Length-Prefixed-Message: one byte that says whether the message is compressed, four of length, the message.
// Spec: grpc/grpc doc/PROTOCOL-HTTP2.md.

/** Bytes before each message. */
export const PREFIX_BYTES = 5

/** Bytes of a message that say whether it may come in parts. */
export const HEAD_BYTES = 8

/** Writes the prefix of an uncompressed message. */
export function writePrefix(out: Uint8Array, length: number): void {
  out[0] = 0
  out[1] = length >>> 24
  out[2] = length >>> 16
  out[3] = length >>> 8
  out[4] = length
}

/**
 * How many bytes at the start of a message, `length` in all, are read first when the rest of it may be delivered as it comes; undefined for a message that
 * must be whole. `head` holds its first {@link HEAD_BYTES}, or all that there are.
 */
export type HeadOf = (head: Uint8Array, length: number) => number | undefined

/** Cuts a stream of chunks into messages, and keeps what nobody has asked for yet. */
export class MessageDecoder {
  readonly #maxMessageBytes: number
  readonly #headOf: HeadOf | undefined
  #parts: Uint8Array[] = []
  #have = 0
  // Prefix included; what `parts` must reach before it is worth looking at again.
  #need = PREFIX_BYTES
  /** Bytes of a message delivered in parts that are still to come. */
  #left = 0
  #isPart = false

  /** Without `headOf` every message is delivered whole. */
  constructor(maxMessageBytes: number, headOf?: HeadOf) {
    this.#maxMessageBytes = maxMessageBytes
    this.#headOf = headOf
  }

  /** Whether the last thing that `next` gave is a part of a message, behind its head. */
  get isPart(): boolean {
    return this.#isPart
  }

  push(chunk: Uint8Array): void {
    this.#parts.push(chunk)
    this.#have += chunk.length
  }

  /**
   * The next message, or the next part of one that has not come whole; it borrows the memory of a chunk where the chunk holds all of it. `more`: it is
   * not complete yet. `too-large`: it exceeds the limit, which the prefix tells before anything is kept of it. `compressed`: nobody agreed to that. After
   * either of these the stream is lost.
   */
  next(): Uint8Array | 'more' | 'too-large' | 'compressed' {
    if (this.#left > 0) return this.#part()
    if (this.#have < this.#need) return 'more'
    const bytes = this.#joined()
    const length =
      (bytes[1] as number) * 2 ** 24 +
      (((bytes[2] as number) << 16) | ((bytes[3] as number) << 8) | (bytes[4] as number))
    if (bytes[0] !== 0) return 'compressed'
    if (length > this.#maxMessageBytes) return 'too-large'
    const end = PREFIX_BYTES + length
    if (bytes.length < end) {
      const looked = Math.min(end, PREFIX_BYTES + HEAD_BYTES)
      const head = bytes.length < looked ? undefined : this.#headOf?.(bytes.subarray(PREFIX_BYTES), length)
      if (head === undefined) {
        this.#need = bytes.length < looked ? looked : end
        return 'more'
      }
      this.#drop(bytes, PREFIX_BYTES + head)
      this.#left = length - head
      return this.#part()
    }
    this.#drop(bytes, end)
    this.#isPart = false
    return bytes.subarray(PREFIX_BYTES, end)
  }

  /** Nothing before `end` is needed any more. */
  #drop(bytes: Uint8Array, end: number): void {
    this.#need = PREFIX_BYTES
    this.#have -= end
    this.#parts = this.#have === 0 ? [] : [bytes.subarray(end)]
  }

  #part(): Uint8Array | 'more' {
    const [bytes] = this.#parts
    if (bytes === undefined) return 'more'
    const count = Math.min(this.#left, bytes.length)
    this.#left -= count
    this.#have -= count
    if (count === bytes.length) this.#parts.shift()
    else this.#parts[0] = bytes.subarray(count)
    this.#isPart = true
    return count === bytes.length ? bytes : bytes.subarray(0, count)
  }

  #joined(): Uint8Array {
    if (this.#parts.length > 1) this.#parts = [Buffer.concat(this.#parts, this.#have)]
    return this.#parts[0] as Uint8Array
  }
}
