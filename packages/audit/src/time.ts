/** RFC 3339 in UTC with nine digits of a second, from nanoseconds since the Unix epoch. */
export function formatTime(nowNs: bigint): string {
  const seconds = nowNs / NS_PER_SECOND
  const second = Number(seconds)
  const text = second === last.second ? last.text : new Date(second * 1000).toISOString().slice(0, 19)
  last = { second, text }
  return `${text}.${String(Number(nowNs - seconds * NS_PER_SECOND)).padStart(9, '0')}Z`
}

const NS_PER_SECOND = 1_000_000_000n

/** The second that was written last: most records fall into the same one. */
let last = { second: 0, text: '1970-01-01T00:00:00' }
