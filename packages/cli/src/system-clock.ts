import type { Clock } from '@sallyport/core'

/** The machine's clocks. The wall clock is read once and carried on by the monotonic one, so nanoseconds never go back within a process. */
export function systemClock(): Clock {
  const offset = BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint()
  return { now: () => offset + process.hrtime.bigint(), monotonicMs: () => performance.now() }
}
