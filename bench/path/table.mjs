/** The result as text, each figure beside its ratio to the direct connection. */
export function describe({ commit, machine, postgres, pgbench = [], reads = [], memory }) {
  const lines = [`${commit} on ${machine.cores} x ${machine.cpu}, Node ${machine.node}, PostgreSQL ${postgres}`]
  const direct = (mode, clients) =>
    pgbench.find((row) => row.target === 'direct' && row.mode === mode && row.clients === clients)
  for (const row of pgbench) {
    const base = direct(row.mode, row.clients)
    if (row.mode === 'connect') {
      lines.push(`connection        ${row.target.padEnd(10)} ${row.connectionMs} ms`)
      continue
    }
    lines.push(
      `${`${row.mode}, ${row.clients} clients`.padEnd(20)} ${row.target.padEnd(10)} ${Math.round(row.tps)} tps (${(row.tps / base.tps).toFixed(2)} of direct), ` +
        `p50 ${row.p50us} us (direct ${signed(row.p50us - base.p50us)}), p99 ${row.p99us} us`,
    )
  }
  const [first] = reads
  for (const { target, psqlMs, bareMs } of reads) {
    lines.push(
      `a million rows, ${target.padEnd(30)} psql ${psqlMs} ms (${(psqlMs / first.psqlMs).toFixed(2)}), bare reader ${bareMs} ms (${(bareMs / first.bareMs).toFixed(2)})`,
    )
  }
  if (memory !== undefined) lines.push(`memory: ${JSON.stringify(memory)}`)
  return lines.join('\n')
}

function signed(value) {
  return value < 0 ? String(value) : `+${value}`
}
