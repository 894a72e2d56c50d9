// The three ways to one PostgreSQL: direct, pgbouncer, Sallyport as gateway and agent in processes of their own.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync, chmodSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort, startPostgres } from '@sallyport/demo'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const sallyport = join(root, 'packages', 'cli', 'bin', 'sallyport.mjs')

/** `node --cpu-prof bench/run.mjs` profiles gateway and agent as well. */
const profiling = process.execArgv.filter((flag) => /^--(cpu|heap)-prof/.test(flag))

/** Where Debian keeps the programs of its newest PostgreSQL. */
export function postgresPrograms() {
  const base = '/usr/lib/postgresql'
  const versions = existsSync(base)
    ? readdirSync(base)
        .map(Number)
        .sort((one, other) => other - one)
    : []
  const found = versions
    .map((version) => join(base, String(version), 'bin'))
    .find((bin) => existsSync(join(bin, 'pgbench')))
  if (found === undefined) throw new Error('pgbench is not installed: apt-get install postgresql-15')
  return found
}

/** Starts everything; `targets` are libpq environments. Data is kept as a production server keeps it: fsync is on. */
export async function startServers(say) {
  const bin = postgresPrograms()
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
  chmodSync(folder, 0o755)
  /** @type {(() => unknown)[]} */
  const stops = [() => rmSync(folder, { recursive: true, force: true })]
  const stop = async () => {
    for (const close of stops.toReversed()) await close()
  }
  try {
    say('starting PostgreSQL')
    const postgres = await startPostgres({
      binaries: bin,
      settings: { fsync: 'on', synchronous_commit: 'on', shared_buffers: '256MB', max_connections: '700' },
      hba: ['host all all 127.0.0.1/32 md5'],
    })
    stops.push(() => postgres.stop())
    const direct = {
      PGHOST: '127.0.0.1',
      PGPORT: String(postgres.port),
      PGUSER: postgres.user,
      PGPASSWORD: postgres.password,
      PGDATABASE: 'postgres',
    }
    const targets = [{ name: 'direct', env: direct, masked: undefined }]
    const bouncer = await startBouncer(folder, postgres, stops, say)
    if (bouncer !== undefined)
      targets.push({ name: 'pgbouncer', env: { ...direct, PGPORT: String(bouncer) }, masked: undefined })
    const { env, masked, pids } = await startSallyport(folder, postgres, stops, say)
    targets.push({ name: 'sallyport', env, masked, pids })
    return { bin, version: postgres.version, targets, direct, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function startBouncer(folder, postgres, stops, say) {
  const program = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer'].find(existsSync)
  if (program === undefined) {
    say('pgbouncer is not installed; it is left out (apt-get install pgbouncer)')
    return undefined
  }
  const port = await freePort()
  const users = join(folder, 'users.txt')
  writeFileSync(users, `"${postgres.user}" "${postgres.password}"\n`)
  const ini = join(folder, 'pgbouncer.ini')
  writeFileSync(
    ini,
    `[databases]\npostgres = host=127.0.0.1 port=${postgres.port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = ${port}\n` +
      `auth_type = plain\nauth_file = ${users}\npool_mode = session\nmax_client_conn = 700\ndefault_pool_size = 600\nignore_startup_parameters = extra_float_digits\n`,
  )
  const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
  const child = spawn(program, ['-q', ini], { stdio: 'ignore', ...nobody })
  stops.push(() => end(child))
  return port
}

async function startSallyport(folder, postgres, stops, say) {
  const [client, tunnel] = [await freePort(), await freePort()]
  const columns = [
    { match: '*.big.email', strategy: 'partial' },
    { match: '*.big.card', strategy: 'redact' },
  ]
  const connection = {
    engine: 'postgres',
    agent: 'bench',
    access: { groups: ['bench'] },
    guardrails: ['single-statement'],
  }
  const target = { host: '127.0.0.1', port: postgres.port, database: 'postgres', tls: 'disable' }
  const env = {
    ...process.env,
    BENCH_TOKEN: 'bench-token-0123456789',
    AGENT_TOKEN: 'agent-token-0123456789',
    DB_USER: postgres.user,
    DB_PASSWORD: postgres.password,
  }
  writeFileSync(
    join(folder, 'gateway.yaml'),
    JSON.stringify({
      gateway: {
        listen: { postgres: `127.0.0.1:${client}`, tunnel: `127.0.0.1:${tunnel}` },
        identity: { tokens: [{ token: 'env:BENCH_TOKEN', subject: 'bench@example.com', groups: ['bench'] }] },
        agents: [{ name: 'bench', token: 'env:AGENT_TOKEN' }],
        connections: [
          { ...connection, name: 'plain' },
          { ...connection, name: 'masked', masking: 'two' },
        ],
        masking: { two: { columns } },
        limits: { sessions: 1000, sessions_per_user: 1000 },
        audit: { dir: './audit', signing_key: 'file:audit.key' },
        log: { level: 'warn' },
      },
    }),
  )
  writeFileSync(
    join(folder, 'agent.yaml'),
    JSON.stringify({
      agent: {
        name: 'bench',
        gateway: { address: `127.0.0.1:${tunnel}`, token: 'env:AGENT_TOKEN' },
        connections: ['plain', 'masked'].map((name) => ({
          name,
          engine: 'postgres',
          target,
          credentials: { env: { user: 'DB_USER', password: 'DB_PASSWORD' } },
        })),
        log: { level: 'warn' },
      },
    }),
  )
  say('starting Sallyport')
  await finished(
    spawn(process.execPath, [sallyport, 'audit', 'keygen', join(folder, 'audit.key')], { stdio: 'ignore' }),
  )
  const pids = {}
  for (const side of ['gateway', 'agent']) {
    const child = spawn(process.execPath, [...profiling, sallyport, side, '--config', join(folder, `${side}.yaml`)], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    stops.push(() => end(child))
    await once(child.stdout, 'data')
    child.stdout.resume()
    pids[side] = child.pid
  }
  const login = {
    PGHOST: '127.0.0.1',
    PGPORT: String(client),
    PGUSER: 'plain',
    PGPASSWORD: env.BENCH_TOKEN,
    PGDATABASE: 'postgres',
  }
  return { env: login, masked: { ...login, PGUSER: 'masked' }, pids }
}

async function finished(child) {
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`a command ended with ${code}`)
}

async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
  await once(child, 'close')
  clearTimeout(timer)
}
