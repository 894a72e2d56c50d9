export interface MessagePumpPort<M> {
  /** The next whole message; undefined when more bytes are needed. */
  readonly next: () => M | undefined
  /** Takes one message; a promise means that the next must wait for it. */
  readonly take: (message: M) => Promise<void> | undefined
  /** Whether too much waits for replies. */
  readonly full: () => boolean
  /** What to send when that begins; undefined for nothing. */
  readonly whenFull: Uint8Array | undefined
  /** Sends bytes to the agent; false when it can take no more for now. */
  readonly send: (bytes: Uint8Array) => boolean
  /** Something that ends the session: a malformed message, a violation. */
  readonly onFailure: (error: unknown) => void
  /** Whether the client's socket may be read. */
  readonly onFlow: (flowing: boolean) => void
}

/**
 * Takes the messages of a client in turn. One whose answer takes time (a long text is parsed elsewhere, a write waits for its record to be on the
 * disk) holds back all that follow it, so the order of the client's messages is the order of the backend's. While one is held, and while too much waits
 * for replies or for the tunnel, the client's socket is not read.
 */
export class MessagePump<M> {
  readonly #port: MessagePumpPort<M>
  #out: Uint8Array[] = []
  #outBytes = 0
  #held = false
  #blocked = false
  #flowing = true
  #onReplies: (() => void) | undefined
  /** Nothing more is taken or sent. */
  ended = false

  constructor(port: MessagePumpPort<M>) {
    this.#port = port
  }

  /** The tunnel can take more again. */
  drained(): void {
    this.#blocked = false
    this.pump()
  }

  /** Replies have passed: there may be room for more messages, and names may have settled. */
  replied(): void {
    this.#onReplies?.()
    this.pump()
  }

  /** Settles when replies have passed. */
  async untilReplied(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#onReplies = resolve
    })
    this.#onReplies = undefined
  }

  /** Takes what is there. */
  pump(): void {
    const { next, take, full, whenFull } = this.#port
    try {
      while (!this.ended && !this.#held && !this.#blocked && !full()) {
        const message = next()
        if (message === undefined) break
        const taken = take(message)
        if (taken !== undefined) this.#hold(taken)
        else if (this.#outBytes > FLUSH_BYTES) this.flush()
      }
      if (whenFull !== undefined && this.#flowing && full()) this.#out.push(whenFull)
      this.flush()
      this.#setFlow(!this.#held && !this.#blocked && !full())
    } catch (error) {
      this.#fail(error)
    }
  }

  /** Collects what goes to the agent. */
  push(bytes: Uint8Array): void {
    this.#out.push(bytes)
    this.#outBytes += bytes.length
  }

  flush(): void {
    const [only, ...more] = this.#out
    if (only === undefined || this.ended) return
    this.#out = []
    this.#outBytes = 0
    if (!this.#port.send(more.length === 0 ? only : Buffer.concat([only, ...more]))) this.#blocked = true
  }

  #hold(taken: Promise<void>): void {
    this.#held = true
    this.flush()
    taken.then(
      () => this.#release(),
      (error: unknown) => this.#fail(error),
    )
  }

  #release(): void {
    this.#held = false
    this.pump()
  }

  #setFlow(flowing: boolean): void {
    if (flowing === this.#flowing) return
    this.#flowing = flowing
    this.#port.onFlow(flowing)
  }

  #fail(error: unknown): void {
    if (this.ended) return
    this.flush()
    this.ended = true
    this.#port.onFailure(error)
  }
}

/** Bytes that are collected at most before the tunnel gets them, and can say that it is full. */
const FLUSH_BYTES = 256 * 1024
