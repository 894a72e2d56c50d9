/** Time as an argument. */
export interface Clock {
  /** Nanoseconds since the Unix epoch, UTC. */
  readonly now: () => bigint
  /** Milliseconds on a clock that never goes back; only differences mean something. */
  readonly monotonicMs: () => number
}
