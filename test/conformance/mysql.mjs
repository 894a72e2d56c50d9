// Conformance of the MySQL and MariaDB classifier over files of statements: acceptance against live servers, mutants, second opinion, kinds, effects,
// and what stays unknown.
//
//   node test/conformance/mysql.mjs [--mysql HOST:PORT] [--mariadb HOST:PORT] [--flavour mysql|mariadb] [--sample N] [--mutants N] [--execute] [FILE-OR-FOLDER …]
//
// A .jsonl file has a JSON string, or an object with `sql`, on each line; a .sql file has a statement on each line. The servers are asked by
// COM_STMT_PREPARE, as root without a password: nothing executes but CREATE DATABASE of a scratch database. Without a server only
// what the classifier says is counted. With --execute the server is the oracle of effects too: everything that is called harmless runs in a
// read-only transaction of the scratch database, and none may be refused as a write. Lines that say what live servers did (`mysql9`, `maria`) are checked against that.
// The exit code is 1 below a bar.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import {
  DEFAULT_MARIADB_SETTINGS,
  DEFAULT_MYSQL_SETTINGS,
  loadMysql,
  mysqlServerVersion,
  sqlModeOf,
} from '@sallyport/sql'
import driver from 'mysql2/promise'
import secondOpinion from 'node-sql-parser'
import { mutants } from './mysql-mutate.mjs'

/** ER_PARSE_ERROR, ER_EMPTY_QUERY, ER_SYNTAX_ERROR, and what else the grammars' own actions refuse. */
const GRAMMAR_ERRORS = new Set([1064, 1065, 1149, 1221, 1234])
const HARMLESS = new Set(['read', 'session', 'transaction'])
const COMPARED = new Set(['select', 'insert', 'update', 'delete', 'replace'])
const parser = new secondOpinion.Parser()
const READ_ONLY_TRANSACTION = 1792
/** What would hold the connection, change how it reads, or end the transaction; and EXPLAIN, which is refused for what it explains. */
const UNTRIED =
  /sleep|benchmark|_lock|wait|^\s*(set|start|begin|commit|rollback|xa|use|lock|unlock|prepare|handler|explain|desc)\b|transaction|procedure\s+analyse/i
const SCHEMA = [
  'DROP TABLE IF EXISTS orders, customers, t1, t2, t3',
  'CREATE TABLE customers (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(20), email VARCHAR(40))',
  'CREATE TABLE orders (id INT PRIMARY KEY AUTO_INCREMENT, customer_id INT, total DECIMAL(10, 2))',
  'CREATE TABLE t1 (a INT, b INT, c INT)',
  'CREATE TABLE t2 (a INT, b INT, c INT)',
  'CREATE TABLE t3 (a INT, b INT, c INT)',
  "INSERT INTO customers (name) VALUES ('a'), ('b')",
  'INSERT INTO orders (customer_id, total) VALUES (1, 10), (2, 20)',
  'INSERT INTO t1 VALUES (1, 2, 3)',
  'DROP FUNCTION IF EXISTS touch',
  'CREATE FUNCTION touch() RETURNS INT DETERMINISTIC BEGIN UPDATE orders SET total = total + 1; RETURN 1; END',
  'DROP PROCEDURE IF EXISTS clean',
  'CREATE PROCEDURE clean() DELETE FROM orders',
]
const own = join(dirname(fileURLToPath(import.meta.url)), 'cases', 'mysql')
const { values, positionals } = parseArgs({
  options: {
    mysql: { type: 'string' },
    mariadb: { type: 'string' },
    flavour: { type: 'string' },
    sample: { type: 'string' },
    mutants: { type: 'string', default: '2' },
    'accepted-mutants': { type: 'string', default: '1' },
    execute: { type: 'boolean', default: false },
    accepted: { type: 'string', default: '99.5' },
    'max-unknown': { type: 'string' },
  },
  allowPositionals: true,
})
// The own cases hold unknown statements on purpose.
const maxUnknown = Number(values['max-unknown'] ?? (positionals.length > 0 ? 2 : 100))
const analyser = loadMysql()
let failed = false

for (const flavour of ['mysql', 'mariadb']) {
  if (values.flavour !== undefined && values.flavour !== flavour) continue
  const server = await open(values[flavour])
  const defaults = flavour === 'mysql' ? DEFAULT_MYSQL_SETTINGS : DEFAULT_MARIADB_SETTINGS
  const settings = { ...defaults, ...(server === undefined ? {} : mysqlServerVersion(server.version)) }
  for (const path of (positionals.length > 0 ? positionals : [own]).flatMap((each) => filesIn(each))) {
    const lines = sampled(linesOf(path))
    const traps = lines.filter((line) => line.mysql9 !== undefined)
    if (traps.length > 0) checkTraps(path, traps, flavour, settings)
    else
      await judge(
        path,
        lines.map(({ sql }) => sql),
        flavour,
        settings,
        server,
      )
  }
  await server?.connection.end()
}
process.exitCode = failed ? 1 : 0

async function open(address) {
  if (address === undefined) return undefined
  const [host, port] = address.split(':')
  const connection = await driver.createConnection({ host, port: Number(port), user: 'root' })
  await connection.query('CREATE DATABASE IF NOT EXISTS conformance_scratch')
  await connection.query('USE conformance_scratch')
  if (values.execute) for (const text of SCHEMA) await connection.query(text)
  const [[{ version }]] = await connection.query('SELECT version() AS version')
  return { connection, version }
}

/** Whether the server refuses a text as a write, in a read-only transaction that is rolled back. */
async function writes({ connection }, text) {
  await connection.query('START TRANSACTION READ ONLY')
  try {
    await connection.query({ sql: text, timeout: 10_000 })
    return false
  } catch (error) {
    return error.errno === READ_ONLY_TRANSACTION
  } finally {
    await connection.query('ROLLBACK')
  }
}

/** Whether the server's grammar takes a text: any other complaint comes after parsing. */
async function accepts({ connection }, text) {
  try {
    await (await connection.prepare(text)).close()
    return true
  } catch (error) {
    if (error.errno === undefined) throw error
    return !GRAMMAR_ERRORS.has(error.errno)
  } finally {
    connection.unprepare(text)
  }
}

async function judge(path, texts, flavour, settings, server) {
  const report = {
    accepted: 0,
    missed: [],
    extra: 0,
    statements: 0,
    unknown: new Map(),
    unknowns: 0,
    executed: 0,
    misjudged: [],
    kinds: new Map(),
    effects: new Map(),
  }
  const wrong = []
  const mutated = { invalid: 0, accepted: [] }
  let spentMs = 0
  for (const [index, text] of texts.entries()) {
    const begun = performance.now()
    const analysis = analyser.analyse(text, settings)
    spentMs += performance.now() - begun
    const valid = server === undefined ? analysis.ok : await accepts(server, text)
    if (valid && analysis.ok) report.accepted += 1
    else if (valid) report.missed.push({ text, failure: analysis.failure })
    else if (analysis.ok) report.extra += 1
    if (!analysis.ok || !valid) continue
    for (const statement of analysis.statements) count(report, statement)
    const harmless = analysis.statements.every((each) => [...each.effects].every((effect) => HARMLESS.has(effect)))
    if (path.endsWith('reads.sql') !== harmless && path.startsWith(own)) report.misjudged.push(text)
    if (values.execute && server !== undefined && harmless && !UNTRIED.test(text)) {
      report.executed += 1
      if (await writes(server, text)) report.misjudged.push(text)
    }
    const disagreement = opinion(text, analysis.statements)
    if (disagreement !== undefined) wrong.push(disagreement)
    if (server === undefined) continue
    for (const mutant of mutants(text, Number(values.mutants), index)) {
      if (await accepts(server, mutant)) continue
      mutated.invalid += 1
      // The server prepares one statement; a text of several is not invalid for that.
      const reading = analyser.analyse(mutant, settings)
      if (reading.ok && reading.statements.length === 1) mutated.accepted.push(mutant)
    }
  }
  print(path, texts, flavour, report, mutated, wrong, spentMs)
}

function count(report, statement) {
  report.statements += 1
  bump(report.kinds, statement.kind)
  for (const effect of statement.effects) bump(report.effects, effect)
  if (!statement.effects.has('unknown')) return
  report.unknowns += 1
  const call = statement.functions.find(({ effects }) => effects.has('unknown'))
  bump(report.unknown, call?.name ?? statement.kind)
}

/** What node-sql-parser says of kind and tables, where it says anything and differs. */
function opinion(text, statements) {
  if (text.length > 2000 || statements.length !== 1) return undefined
  let other
  try {
    other = parser.parse(text, { database: 'MySQL' })
  } catch {
    return undefined
  }
  const [statement] = statements
  if (!COMPARED.has(statement.kind)) return undefined
  const theirs = new Set(other.tableList.map((each) => each.split('::').at(-1).toLowerCase()))
  const ours = new Set(statement.relations.map(({ name }) => name.toLowerCase()))
  const missing = [...theirs].filter((name) => name !== 'dual' && name !== 'null' && !ours.has(name))
  return missing.length === 0 ? undefined : `${missing.join(', ')} in ${text.slice(0, 120).replaceAll('\n', ' ')}`
}

/** A trap that changed something must not be called a read; one that the server refused may be refused or not. */
function checkTraps(path, traps, flavour, settings) {
  const bad = []
  for (const trap of traps) {
    const did = trap[flavour === 'mysql' ? 'mysql9' : 'maria']
    const outcome = did.multi ?? did.single
    const sqlMode = trap.mode === undefined ? settings.sqlMode : sqlModeOf(trap.mode)
    const analysis = analyser.analyse(trap.sql, { ...settings, sqlMode })
    const changed = outcome.victim !== 3 || outcome.customers === 0
    const harmless =
      analysis.ok && analysis.statements.every((each) => [...each.effects].every((effect) => HARMLESS.has(effect)))
    const reads =
      analysis.ok &&
      analysis.statements.some(
        (each) =>
          each.effects.has('unknown') || each.relations.some(({ name }) => name === 'customers' || name === 'jd'),
      )
    const calls =
      analysis.ok && analysis.statements.some((each) => each.functions.some(({ name }) => name === 'load_file'))
    if (changed && harmless) bad.push(`${trap.id}: changed the server and is called a read`)
    if (outcome.leak && !reads) bad.push(`${trap.id}: read customers, which is not among the relations`)
    if (outcome.err === 1064 && analysis.ok) bad.push(`${trap.id}: the server refuses it`)
    if (outcome.err === undefined && outcome.res !== undefined && !analysis.ok)
      bad.push(`${trap.id}: the server runs it`)
    if (/load_file/i.test(trap.sql) && !calls) bad.push(`${trap.id}: LOAD_FILE is not seen`)
  }
  if (bad.length > 0) failed = true
  process.stdout.write(
    `${flavour} ${path}\n  traps ${traps.length}, wrong ${bad.length}\n${bad.map((line) => `  ${line}\n`).join('')}`,
  )
}

function print(path, texts, flavour, report, mutated, wrong, spentMs) {
  const { accepted, missed, extra, statements, unknown, unknowns, kinds, effects } = report
  const share = (part, whole) => (whole === 0 ? 0 : (100 * part) / whole)
  const acceptance = share(accepted, accepted + missed.length)
  const unknownShare = share(unknowns, statements)
  const mutantShare = share(mutated.accepted.length, mutated.invalid)
  if (missed.length > 0 && acceptance < Number(values.accepted)) failed = true
  if (unknownShare > maxUnknown || report.misjudged.length > 0) failed = true
  if (mutantShare > Number(values['accepted-mutants'])) failed = true
  const list = (counts) =>
    [...counts]
      .toSorted((one, other) => other[1] - one[1])
      .slice(0, 40)
      .map(([name, number]) => `${name} ${number}`)
      .join(', ')
  process.stdout.write(`${flavour} ${path}
  texts ${texts.length}, accepted ${accepted} of ${accepted + missed.length} (${acceptance.toFixed(2)} %), accepted though the server refuses ${extra}
  invalid mutants ${mutated.invalid}, accepted ${mutated.accepted.length} (${mutantShare.toFixed(2)} %)
  statements ${statements}, unknown ${unknowns} (${unknownShare.toFixed(2)} %) for: ${list(unknown)}
  ${((1000 * spentMs) / Math.max(1, texts.length)).toFixed(1)} µs a text
  called harmless and executed ${report.executed}, misjudged ${report.misjudged.length}
  kinds: ${list(kinds)}
  effects: ${list(effects)}
  node-sql-parser sees tables that are not among the relations: ${wrong.length}
`)
  for (const text of report.misjudged.slice(0, 20))
    process.stdout.write(`  misjudged: ${text.slice(0, 160).replaceAll('\n', ' ')}\n`)
  for (const line of wrong.slice(0, 10)) process.stdout.write(`  table ${line}\n`)
  for (const { text, failure } of missed.slice(0, 20)) {
    process.stdout.write(`  missed (${failure.message}): ${text.slice(0, 120).replaceAll('\n', ' ')}\n`)
  }
  for (const text of mutated.accepted.slice(0, 40))
    process.stdout.write(`  mutant: ${text.slice(0, 160).replaceAll('\n', ' ')}\n`)
}

function filesIn(path) {
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path)
    .filter((name) => ['.sql', '.jsonl'].includes(extname(name)) && !name.includes('postgres'))
    .toSorted((one, other) => (one < other ? -1 : 1))
    .map((name) => join(path, name))
}

function linesOf(path) {
  const lines = readFileSync(path, 'utf8').split('\n')
  if (extname(path) === '.sql')
    return lines.filter((line) => line !== '' && !line.startsWith('-- ')).map((sql) => ({ sql }))
  return lines
    .filter((line) => line !== '')
    .map((line) => {
      const value = JSON.parse(line)
      return typeof value === 'string' ? { sql: value } : value
    })
}

/** Every n-th line, so that about as many are left as were asked for. */
function sampled(lines) {
  const step = values.sample === undefined ? 1 : Math.max(1, Math.floor(lines.length / Number(values.sample)))
  return lines.filter((_, index) => index % step === 0)
}

function bump(counts, key) {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
