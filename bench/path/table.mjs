/** The result as text, each figure beside its ratio to the direct connection. */
export function describe({ commit, machine, postgres, mysql }) {
  const lines = [`${commit} on ${machine.cores} x ${machine.cpu}, Node ${machine.node}`]
  for (const engine of [postgres, mysql]) if (engine !== undefined) lines.push('', ...ofEngine(engine))
  return lines.join('\n')
}

function ofEngine({ server, statements = [], reads = [], memory }) {
  const lines = [server]
  const direct = (mode, clients) =>
    statements.find((row) => row.target === 'direct' && row.mode === mode && row.clients === clients)
  for (const row of statements) {
    const base = direct(row.mode, row.clients)
    if (row.mode === 'connect') {
      lines.push(`connection           ${row.target.padEnd(10)} ${row.connectionMs} ms`)
      continue
    }
    if (row.mode === 'guard') {
      const cost = ((1 - row.ratio) * 100).toFixed(1)
      lines.push(
        `rules                ${row.target.padEnd(10)} cost ${cost} % of the throughput of one prepared client`,
      )
      continue
    }
    lines.push(
      `${`${row.mode}, ${row.clients} clients`.padEnd(20)} ${row.target.padEnd(10)} ${Math.round(row.tps)} tps (${(row.tps / base.tps).toFixed(2)} of direct), ` +
        `p50 ${row.p50us} us (direct ${signed(row.p50us - base.p50us)}), p99 ${row.p99us} us`,
    )
  }
  const [first] = reads
  for (const { target, ...times } of reads) {
    const figures = Object.keys(times).map(
      (name) => `${NAMES[name]} ${times[name]} ms (${(times[name] / first[name]).toFixed(2)})`,
    )
    lines.push(`a million rows, ${target.padEnd(30)} ${figures.join(', ')}`)
  }
  if (memory !== undefined) lines.push(`memory: ${JSON.stringify(memory)}`)
  return lines
}

function signed(value) {
  return value < 0 ? String(value) : `+${value}`
}

const NAMES = { psqlMs: 'psql', mysqlMs: 'mysql', bareMs: 'bare reader' }
