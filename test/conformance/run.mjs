// Conformance of the classifiers: what live servers accept and do is held against what we make of it.
//
//   npm run conformance [-- --postgres FILE-OR-FOLDER … --mysql FILE-OR-FOLDER …] [--mysql9 DIRECTORY] [--sample N] [--mutants N] [--no-servers]
//
// Without a path it reads the repository's own cases. A .jsonl file has a JSON string, or an object with `sql`, on each line; a .sql file has statements
// with semicolons between them. Of a folder, files named after the other dialect are left out. Files named reads… hold what only reads, changes…
// what does not, tricky… or traps… what live servers did with a text, or what it means in our own words (`effects`); those with suite or regress in their names are a server's own regression suite; all others are application SQL.
// The servers start with fresh data and are asked to prepare (Parse, COM_STMT_PREPARE): nothing executes. MySQL 9 is looked for in --mysql9 or SALLYPORT_TEST_MYSQL9.
// The exit code is 1 when a bar is not met; the table at the end says which.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { barsOf } from './bars.mjs'
import { filesOf } from './files.mjs'
import { createdBy, judge } from './judge.mjs'
import { openMysql } from './mysql.mjs'
import { openOpinion } from './opinion.mjs'
import { openPostgres } from './postgres.mjs'
import { blockOf, tableOf } from './report.mjs'
import * as servers from './servers.mjs'
import { wrongTraps } from './traps.mjs'

const own = join(dirname(fileURLToPath(import.meta.url)), 'cases')
const isCi = !['', '0', 'false', undefined].includes(process.env.CI)
const { values } = parseArgs({
  options: {
    postgres: { type: 'string', multiple: true },
    mysql: { type: 'string', multiple: true },
    mysql9: { type: 'string', default: process.env.SALLYPORT_TEST_MYSQL9 },
    sample: { type: 'string', default: '2000' },
    mutants: { type: 'string', default: '2' },
    'no-servers': { type: 'boolean', default: false },
  },
})
const isOwn = values.postgres === undefined && values.mysql === undefined
const paths = isOwn
  ? { postgres: [join(own, 'postgres'), join(own, 'both')], mysql: [join(own, 'mysql'), join(own, 'both')] }
  : { postgres: values.postgres ?? [], mysql: values.mysql ?? [] }
const options = { sample: Number(values.sample), mutants: Number(values.mutants) }
/** Disagreements that were looked into, by dialect and text: the other side is wrong there, or means something else. */
const judged = new Set(
  readFileSync(join(own, 'judged.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
    .map(({ opinion, sql }) => `${opinion} ${sql}`),
)
const started = performance.now()
const bars = []

if (paths.postgres.length > 0) await run(paths.postgres, 'PostgreSQL', servers.postgres, openPostgres)
if (paths.mysql.length > 0) {
  await run(
    paths.mysql,
    'MySQL 9',
    () => servers.mysql9(values.mysql9),
    (server) => openMysql('mysql', server),
  )
  await run(paths.mysql, 'MariaDB', servers.mariadb, (server) => openMysql('mariadb', server))
}
process.stdout.write(`\n${tableOf(bars)}took ${Math.round((performance.now() - started) / 1000)} s\n`)
process.exitCode = bars.length > 0 && bars.every(({ isMet }) => isMet) ? 0 : 1

async function run(where, name, startServer, open) {
  const server = values['no-servers'] ? undefined : await startServer()
  if (server === undefined) missing(name)
  try {
    const dialect = await open(server)
    const opinion = await openOpinion(dialect.opinion)
    try {
      await judgeAll(where, dialect, opinion)
    } finally {
      await opinion.close()
      await dialect.close()
    }
  } finally {
    await server?.stop()
  }
}

async function judgeAll(where, dialect, opinion) {
  const files = where.flatMap((path) => (existsSync(path) ? filesOf(path, dialect.dialect) : notFound(path)))
  const created = createdBy(files.flatMap(({ lines }) => lines))
  const reports = []
  const traps = { count: 0, wrong: [] }
  for (const file of files) {
    if (file.kind === 'traps') {
      const wrong = await wrongTraps(file.lines, dialect)
      traps.count += file.lines.length
      traps.wrong.push(...wrong)
      process.stdout.write(
        `${dialect.name}: ${file.path}\n  traps ${file.lines.length}, wrong ${wrong.length}\n${wrong.map((line) => `  ${line}\n`).join('')}`,
      )
      continue
    }
    const report = await judge(file, dialect, { ...options, created, opinion })
    process.stdout.write(blockOf(dialect.name, report, options))
    reports.push(report)
  }
  bars.push(...barsOf(dialect, reports, traps, differences(reports, dialect)))
}

/** Those of the repository's own cases have all been looked into. */
function differences(reports, dialect) {
  if (!isOwn) return { open: 0, all: 0 }
  const differ = reports.flatMap(({ opinions }) => opinions.differ)
  const open = differ.filter(
    ({ sql, answer }) => answer !== 'sees no statement' && !judged.has(`${dialect.opinion} ${sql}`),
  )
  for (const { sql, answer } of open)
    process.stdout.write(`${JSON.stringify({ opinion: dialect.opinion, sql, said: answer, why: '' })}\n`)
  return { open: open.length, all: reports.reduce((sum, { opinions }) => sum + opinions.asked, 0) }
}

function missing(name) {
  const how = {
    'MySQL 9': 'name the directory of an installation with --mysql9 or SALLYPORT_TEST_MYSQL9',
    MariaDB: 'apt-get install mariadb-server',
  }[name]
  process.stdout.write(
    `left out: what ${name} says${values['no-servers'] || how === undefined ? '' : ` (to have it: ${how})`}\n`,
  )
  if (isCi) bars.push({ name: `${name}: a live server`, measured: 'none', needed: 'one', isMet: false })
}

function notFound(path) {
  bars.push({ name: path, measured: 'not found', needed: 'a file or folder', isMet: false })
  return []
}
