// npm test: everything, against real servers. Plain JavaScript with Node's own modules. Arguments go to vitest.
// The last line is "N passed, N failed"; the exit code is 0 only when nothing failed and nothing that CI needs was missing.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const isCi = process.env['CI'] !== undefined && process.env['CI'] !== '' && process.env['CI'] !== 'false'
const TIME_LIMIT_MS = 24 * 60 * 1000

// What no npm package brings. In CI it is installed, or the run fails; elsewhere the tests that need it are left out.
const SYSTEM_PROGRAMS = [
  {
    path: '/usr/lib/postgresql/15/bin/postgres',
    package: 'postgresql-15',
    what: 'PostgreSQL 15, the second server version',
  },
  {
    path: '/usr/lib/postgresql/15/bin/psql',
    package: 'postgresql-client-15',
    what: 'psql and pg_dump, the real clients',
  },
  { path: '/usr/lib/postgresql/15/bin/pgbench', package: 'postgresql-15', what: 'pgbench, the load of many clients' },
  { path: '/usr/sbin/mariadbd', package: 'mariadb-server', what: 'MariaDB, the server' },
  { path: '/usr/bin/mariadb', package: 'mariadb-client', what: 'mariadb and mariadb-dump, the real clients' },
  { path: '/usr/bin/sysbench', package: 'sysbench', what: 'sysbench, the load of many clients' },
]
// Oracle's MySQL comes in no package of the system: whoever has it names its base directory.
const MYSQL9 = 'SALLYPORT_TEST_MYSQL9'

const started = Date.now()
const total = { passed: 0, failed: 0, skipped: 0 }
let running

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    running?.kill(signal)
    process.exitCode = 1
  })
}

bringSystemPrograms()
lookForMysql()
for (const project of ['unit', 'system']) {
  if (process.exitCode === undefined) await runProject(project, process.argv.slice(2))
}
if (total.skipped > 0) say(`${total.skipped} tests were left out`)
say(`took ${Math.round((Date.now() - started) / 1000)} s`)
process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`)
if (total.failed > 0 || total.passed === 0) process.exitCode = 1

/** Installs, in CI on Debian, what is missing; elsewhere says what will be left out and how to get it. */
function bringSystemPrograms() {
  const absent = () => SYSTEM_PROGRAMS.filter(({ path }) => !existsSync(path))
  let missing = absent()
  if (missing.length === 0) return
  if (isCi && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    const packages = [...new Set(missing.map((program) => program.package))]
    say(`installing ${packages.join(', ')}`)
    apt(['update', '-qq'])
    apt(['install', '-y', '-qq', '--no-install-recommends', ...packages])
    missing = absent()
  }
  for (const { what, package: name } of missing) {
    say(`${isCi ? 'missing' : 'left out'}: ${what} (get it with: apt-get install ${name})`)
  }
  if (isCi) total.failed += missing.length
}

/** Says which MySQL the tests run on; in CI there must be one. */
function lookForMysql() {
  const base = process.env[MYSQL9] ?? ''
  const found = base !== '' && ['bin/mysqld', 'usr/sbin/mysqld'].some((path) => existsSync(join(base, path)))
  if (found) return
  const why = base === '' ? '' : `, and ${base} holds none`
  say(
    `${isCi ? 'missing' : 'left out'}: MySQL 9${why} (unpack it from dev.mysql.com/downloads and name its directory in ${MYSQL9})`,
  )
  if (isCi) total.failed += 1
}

function apt(args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const result = spawnSync('apt-get', args, { env, encoding: 'utf8', timeout: 5 * 60 * 1000 })
  if (result.status !== 0) say(`apt-get ${args[0]} failed:\n${result.stderr || result.error?.message || ''}`)
}

/** Runs one of vitest's projects, shows its progress, and adds what came of it to the total. */
async function runProject(project, more) {
  say(`${project} tests`)
  const directory = mkdtempSync(join(tmpdir(), 'sallyport-test-'))
  const report = join(directory, 'report.json')
  try {
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
    const args = [vitest, 'run', '--project', project, '--passWithNoTests', ...reporters, ...more]
    running = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
    const timer = setTimeout(
      () => {
        say(`stopped: all tests together may take ${TIME_LIMIT_MS / 60_000} minutes`)
        running.kill('SIGKILL')
      },
      Math.max(1, started + TIME_LIMIT_MS - Date.now()),
    )
    const code = await new Promise((resolve) => running.once('close', resolve).once('error', () => resolve(1)))
    clearTimeout(timer)
    count(report, code)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function count(report, code) {
  let failed = 0
  if (existsSync(report)) {
    const {
      testResults,
      numPassedTests,
      numPendingTests = 0,
      numTodoTests = 0,
    } = JSON.parse(readFileSync(report, 'utf8'))
    total.passed += numPassedTests
    total.skipped += numPendingTests + numTodoTests
    for (const file of testResults) {
      const ofFile = file.assertionResults.filter((test) => test.status === 'failed').length
      // A file that cannot even be loaded, or whose setup fails, has no failed test and has failed nevertheless.
      failed += file.status === 'failed' ? Math.max(1, ofFile) : ofFile
    }
  }
  // Errors outside of every test, a crash, or no report at all: never a pass.
  total.failed += code === 0 ? failed : Math.max(1, failed)
}

function say(line) {
  process.stdout.write(`test: ${line}\n`)
}
