export interface ClientWriterPort {
  /** Writes to the client; false when its socket has enough. */
  readonly write: (bytes: Uint8Array) => boolean
}

/** Collects what goes to the client: neighbouring pieces of one chunk that go on unchanged are one piece, and one call writes them all. */
export class ClientWriter {
  readonly #write: ClientWriterPort['write']
  #out: Uint8Array[] = []
  /** All bytes so far. */
  bytes = 0
  /** Whether the client's socket has enough for now. */
  full = false
  #ended = false

  constructor({ write }: ClientWriterPort) {
    this.#write = write
  }

  push(bytes: Uint8Array): void {
    this.bytes += bytes.length
    const last = this.#out.at(-1)
    if (last !== undefined && last.buffer === bytes.buffer && last.byteOffset + last.length === bytes.byteOffset) {
      this.#out[this.#out.length - 1] = new Uint8Array(last.buffer, last.byteOffset, last.length + bytes.length)
    } else this.#out.push(bytes)
  }

  flush(): void {
    const [only, ...more] = this.#out
    if (only === undefined || this.#ended) return
    this.#out = []
    const bytes = more.length === 0 ? only : Buffer.concat([only, ...more])
    if (!this.#write(bytes)) this.full = true
  }

  /** Nothing more is written. */
  end(): void {
    this.#ended = true
    this.#out = []
  }
}
