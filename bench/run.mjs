// npm run bench: each database directly, through a pooler and through Sallyport, in one run, on this machine.
// Writes bench/results/<commit>.json and prints a table.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { MYSQL_ADVICE } from '@sallyport/demo'
import { measureReads } from './path/big-read.mjs'
import { measureMemory } from './path/memory.mjs'
import { mysqlClient } from './path/mysql-client.mjs'
import { mysqlIsInstalled, startMysqlServers } from './path/mysql-servers.mjs'
import { measurePgbench } from './path/pgbench.mjs'
import { postgresClient } from './path/postgres-client.mjs'
import { startPostgresServers } from './path/postgres-servers.mjs'
import { measureSysbench } from './path/sysbench.mjs'
import { describe } from './path/table.mjs'

const HELP = `Usage: npm run bench [-- --quick] [--seconds N] [--only LIST] [--engine NAME] [--mysql DIR]

Measures PostgreSQL directly, through pgbouncer (when it is installed) and through Sallyport, and MariaDB or MySQL
directly and through Sallyport, in one run.

  --seconds N    length of each run of pgbench and sysbench; default 10
  --only LIST    parts to measure: pgbench, sysbench, reads, memory; default all
  --engine NAME  postgres, mysql, or both, which is the default
  --mysql DIR    the MariaDB or MySQL to use; default the first one found
  --quick        two seconds each, one round of reads, little warming up, and no file: for a first look

Example:
  npm run bench -- --seconds 5 --only pgbench,sysbench

Needs pgbench and psql (Debian: postgresql-15), a MariaDB or MySQL with its client (Debian: mariadb-server), and
sysbench, which root gets by itself from Debian; pgbouncer is optional.
`

const { values } = parseArgs({
  options: {
    seconds: { type: 'string' },
    only: { type: 'string', default: 'pgbench,sysbench,reads,memory' },
    engine: { type: 'string', default: 'both' },
    mysql: { type: 'string' },
    quick: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h' },
  },
})

if (values.help === true || !['postgres', 'mysql', 'both'].includes(values.engine)) {
  process.stdout.write(HELP)
  process.exit(values.help === true ? 0 : 2)
}

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const parts = new Set(values.only.split(','))
const seconds = Number(values.seconds ?? (values.quick ? 2 : 10))
const warmUpSeconds = values.quick ? 2 : 15
const rounds = values.quick ? 1 : 3
const say = (line) => process.stderr.write(`bench: ${line}\n`)

const result = {
  commit: execFileSync('git', ['describe', '--always', '--dirty'], { cwd: root, encoding: 'utf8' }).trim(),
  date: new Date().toISOString(),
  machine: {
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  },
}
if (isAsked('postgres', 'pgbench')) {
  result.postgres = await measure(await startPostgresServers(say), postgresClient, 'pgbench', measurePgbench)
}
if (isAsked('mysql', 'sysbench')) {
  if (values.mysql === undefined && !(await mysqlIsInstalled())) {
    say(`no MariaDB or MySQL is installed; it is left out (${MYSQL_ADVICE})`)
  } else {
    const servers = await startMysqlServers(values.mysql, say)
    result.mysql = await measure(servers, mysqlClient, 'sysbench', measureSysbench)
  }
}
process.stdout.write(`${describe(result)}\n`)
if (!values.quick) {
  const folder = join(root, 'bench', 'results')
  if (!existsSync(folder)) mkdirSync(folder)
  const file = join(folder, `${result.commit}.json`)
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`)
  process.stdout.write(`written to ${file}\n`)
}

/** Whether any part of this engine is to be measured. */
function isAsked(engine, statements) {
  return [engine, 'both'].includes(values.engine) && [statements, 'reads', 'memory'].some((part) => parts.has(part))
}

/** All parts on one engine; `statements` is the part that only this engine has. */
async function measure(servers, client, statements, measureStatements) {
  try {
    const { server, targets } = servers
    const measured = { server, targets: targets.map(({ name }) => name) }
    // Memory first: what thousands of statements leave behind is not what a result takes.
    if (parts.has('memory')) measured.memory = await measureMemory(servers, client, say)
    if (parts.has(statements)) {
      measured.statements = await measureStatements(servers, client, { seconds, warmUpSeconds }, say)
    }
    if (parts.has('reads')) measured.reads = await measureReads(servers, client, rounds, say)
    return measured
  } finally {
    await servers.stop()
  }
}
