// npm run bench: direct, pgbouncer and Sallyport in one run, on this machine. Writes bench/results/<commit>.json and prints a table.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { measureReads } from './path/big-read.mjs'
import { measureMemory } from './path/memory.mjs'
import { measurePgbench } from './path/pgbench.mjs'
import { startServers } from './path/servers.mjs'
import { describe } from './path/table.mjs'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    only: { type: 'string', default: 'pgbench,reads,memory' },
    help: { type: 'boolean', short: 'h' },
  },
})

const HELP = `Usage: npm run bench [-- --seconds N] [--only pgbench,reads,memory]

Measures PostgreSQL directly, through pgbouncer (when it is installed) and through Sallyport, in one run.

  --seconds N  length of each pgbench run; default 10
  --only LIST  parts to measure; default all

Example:
  npm run bench -- --seconds 5 --only pgbench

Needs pgbench and psql (Debian: postgresql-15); pgbouncer is optional.
`

if (values.help === true) {
  process.stdout.write(HELP)
  process.exit(0)
}

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const parts = new Set(values.only.split(','))
const say = (line) => process.stderr.write(`bench: ${line}\n`)
const servers = await startServers(say)
try {
  const result = {
    commit: execFileSync('git', ['describe', '--always', '--dirty'], { cwd: root, encoding: 'utf8' }).trim(),
    date: new Date().toISOString(),
    machine: {
      cpu: cpus()[0]?.model,
      cores: cpus().length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      node: process.version,
    },
    postgres: servers.version,
    targets: servers.targets.map(({ name }) => name),
  }
  if (parts.has('pgbench')) result.pgbench = await measurePgbench(servers, Number(values.seconds), say)
  if (parts.has('reads')) result.reads = await measureReads(servers, say)
  if (parts.has('memory')) result.memory = await measureMemory(servers, say)
  const folder = join(root, 'bench', 'results')
  if (!existsSync(folder)) mkdirSync(folder)
  const file = join(folder, `${result.commit}.json`)
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`)
  process.stdout.write(`${describe(result)}\nwritten to ${file}\n`)
} finally {
  await servers.stop()
}
