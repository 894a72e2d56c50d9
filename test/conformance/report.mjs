// What the command prints: a block for each file, and the table of bars.

/** @param {ReturnType<import('./judge.mjs').judge> extends Promise<infer R> ? R : never} report */
export function blockOf(name, report, { sample }) {
  const { texts, statements, accepted, missed, extra, data, unknown, unknownOfOwnCode, opinions, mutants } = report
  const sampled = report.kind === 'suite' && texts > sample ? ` (a sample of the suite: about ${sample} texts)` : ''
  const lines = [
    `${name}: ${report.path}`,
    `  texts ${texts}, accepted ${share(accepted, accepted + missed.length)} of what the server accepts (SELECT and DML ${share(data.accepted, data.accepted + data.missed)}), accepted though the server refuses ${extra.length}`,
    `  statements ${statements}, unknown ${unknown} (${share(unknown, statements)}), of these ${unknownOfOwnCode} call only what the file itself creates; for: ${listOf(report.unknownFor, 12)}`,
    `  kinds: ${listOf(report.kinds, 40)}`,
    `  effects: ${listOf(report.effects, 40)}`,
    `  second opinion: asked ${opinions.asked}, agrees ${opinions.agreed}, differs ${opinions.differ.length} (sees no statement: ${opinions.differ.filter(({ answer }) => answer === 'sees no statement').length}), too late ${opinions.late}${sampled}`,
    `  invalid mutants ${mutants.invalid} of ${mutants.tried}, accepted ${mutants.accepted.length} (${share(mutants.accepted.length, mutants.invalid)})${sampled}`,
    ...some(missed, 20, ({ sql, failure }) => `  missed (${failure.code}: ${failure.message}): ${short(sql)}`),
    ...some(extra, 5, (sql) => `  extra: ${short(sql)}`),
    ...some(report.misjudged, 20, (sql) => `  misjudged: ${short(sql)}`),
    ...some(
      opinions.differ.filter(({ answer }) => answer !== 'sees no statement'),
      10,
      ({ sql, answer }) => `  opinion (${answer}): ${short(sql)}`,
    ),
    ...some(mutants.accepted, 20, (sql) => `  mutant: ${short(sql)}`),
  ]
  return `${lines.join('\n')}\n`
}

/** @param {readonly { name: string, measured: string, needed: string, isMet: boolean }[]} bars */
export function tableOf(bars) {
  const width = (key) => Math.max(...bars.map((bar) => bar[key].length))
  const [name, measured, needed] = [width('name'), width('measured'), width('needed')]
  return bars
    .map(
      (bar) =>
        `${bar.isMet ? 'ok   ' : 'BELOW'}  ${bar.name.padEnd(name)}  ${bar.measured.padStart(measured)}  needed ${bar.needed.padEnd(needed)}\n`,
    )
    .join('')
}

/** Per cent with two digits; of nothing, all is right. */
export function share(part, whole) {
  return `${percent(part, whole).toFixed(2)} %`
}

export function percent(part, whole) {
  return whole === 0 ? (part === 0 ? 0 : 100) : (100 * part) / whole
}

function listOf(counts, most) {
  const sorted = [...counts].toSorted((one, other) => other[1] - one[1])
  const more = sorted.length > most ? ` and ${sorted.length - most} more` : ''
  return sorted.length === 0
    ? 'none'
    : `${sorted
        .slice(0, most)
        .map(([key, number]) => `${key} ${number}`)
        .join(', ')}${more}`
}

function some(found, most, line) {
  return [...found.slice(0, most).map(line), ...(found.length > most ? [`  … and ${found.length - most} more`] : [])]
}

function short(sql) {
  return JSON.stringify(sql.slice(0, 200)).slice(1, -1)
}
