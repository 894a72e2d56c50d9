// Conformance of the PostgreSQL classifier over files of statements: counts by kind and effect, what fails, what stays unknown.
//
//   node test/conformance/postgres.mjs [--max-unknown PERCENT] [FILE-OR-FOLDER …]
//
// A .jsonl file has a JSON string, or an object with `sql`, on each line; a .sql file is one text. Without an argument the
// repository's own cases are read. EXECUTE and FETCH count with the facts of what the same file prepared or declared.
// The exit code is 1 when a text fails, or when more than the given share of a file's statements stays unknown.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { DEFAULT_POSTGRES_SETTINGS, loadPostgres, resolveNamed } from '@sallyport/sql'

const own = join(dirname(fileURLToPath(import.meta.url)), 'cases', 'postgres')
const { values, positionals } = parseArgs({
  options: { 'max-unknown': { type: 'string' } },
  allowPositionals: true,
})
// The own cases hold unknown statements on purpose.
const maxUnknownShare = Number(values['max-unknown'] ?? (positionals.length > 0 ? 2 : 100)) / 100
const analyser = await loadPostgres()
let failed = false

for (const path of (positionals.length > 0 ? positionals : [own]).flatMap((each) => filesIn(each))) {
  const report = classify(textsOf(path))
  print(path, report)
  if (report.failures.length > 0 || report.unknown.length > maxUnknownShare * report.statements) failed = true
}
process.exitCode = failed ? 1 : 0

function filesIn(path) {
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path)
    .filter((name) => ['.sql', '.jsonl'].includes(extname(name)) && !name.includes('mysql'))
    .toSorted((one, other) => (one < other ? -1 : 1))
    .map((name) => join(path, name))
}

function textsOf(path) {
  const content = readFileSync(path, 'utf8')
  if (extname(path) === '.sql') return [content]
  return content
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
    .map((value) => (typeof value === 'string' ? value : value.sql))
}

function classify(texts) {
  const report = { texts: texts.length, statements: 0, kinds: new Map(), effects: new Map(), failures: [], unknown: [] }
  const named = new Map()
  for (const text of texts) {
    const analysis = analyser.analyse(text, DEFAULT_POSTGRES_SETTINGS)
    if (!analysis.ok) {
      report.failures.push({ text, failure: analysis.failure })
      continue
    }
    for (const bare of analysis.statements) {
      const { session } = bare
      if (session?.type === 'prepare' || session?.type === 'declare') named.set(session.name, session.statement)
      const statement = resolveNamed(bare, named.get(session?.name))
      report.statements += 1
      count(report.kinds, statement.kind)
      for (const effect of statement.effects) count(report.effects, effect)
      if (statement.effects.has('unknown')) report.unknown.push(statement)
    }
  }
  return report
}

function count(counts, key) {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

function print(path, { texts, statements, kinds, effects, failures, unknown }) {
  const share = statements === 0 ? 0 : (100 * unknown.length) / statements
  const list = (counts) =>
    [...counts]
      .toSorted((one, other) => other[1] - one[1])
      .map(([name, number]) => `${name} ${number}`)
      .join(', ')
  const reasons = new Map()
  for (const { kind, functions } of unknown) {
    const names = functions
      .filter((call) => call.effects.has('unknown'))
      .map(({ schema, name }) => (schema === undefined ? name : `${schema}.${name}`))
    count(reasons, names[0] ?? kind)
  }
  process.stdout.write(`${path}
  texts ${texts}, statements ${statements}, failures ${failures.length}, unknown ${unknown.length} (${share.toFixed(2)} %)
  kinds: ${list(kinds)}
  effects: ${list(effects)}
  unknown for: ${list(new Map([...reasons].slice(0, 40)))}
`)
  for (const { text, failure } of failures.slice(0, 20)) {
    process.stdout.write(`  ${failure.code} (${failure.message}): ${text.slice(0, 120).replaceAll('\n', ' ')}\n`)
  }
}
