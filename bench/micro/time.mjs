/**
 * Microseconds of processor time that one call of `act` takes: the median of rounds that last `forMs` together, after as much warming up. What
 * other processes take from the processor does not count, nor does waiting for it.
 */
export function microseconds(forMs, act) {
  let turn = 0
  const round = (calls) => {
    const start = process.cpuUsage()
    for (let n = 0; n < calls; n++) act(turn++)
    const { user, system } = process.cpuUsage(start)
    return user + system
  }
  let calls = 1
  for (const end = performance.now() + forMs; performance.now() < end;) {
    if (round(calls) < (forMs * 1000) / ROUNDS) calls *= 2
  }
  calls = Math.max(1, Math.round(calls / 2))
  const rounds = Array.from({ length: ROUNDS }, () => round(calls) / calls)
  return rounds.toSorted((one, other) => one - other)[Math.floor(ROUNDS / 2)]
}

const ROUNDS = 15
