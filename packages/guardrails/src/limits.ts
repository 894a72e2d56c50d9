import type { StatementLimits } from '@sallyport/core'

/** The smaller of each limit; undefined is none. */
export function mergeLimits(one: StatementLimits, other: StatementLimits): StatementLimits {
  return {
    rows: smaller(one.rows, other.rows),
    bytes: smaller(one.bytes, other.bytes),
    timeoutMs: smaller(one.timeoutMs, other.timeoutMs),
  }
}

/** The limits in words: "at most 10000 rows, 30000 ms". */
export function describeLimits({ rows, bytes, timeoutMs }: StatementLimits): string {
  const words = [
    rows === undefined ? undefined : `${rows} rows`,
    bytes === undefined ? undefined : `${bytes} bytes`,
    timeoutMs === undefined ? undefined : `${timeoutMs} ms`,
  ].filter((word) => word !== undefined)
  return words.length === 0 ? 'no limit' : `at most ${words.join(', ')}`
}

function smaller(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined) return other
  return other === undefined ? one : Math.min(one, other)
}
