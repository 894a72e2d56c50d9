// The three ways to one PostgreSQL: direct, pgbouncer, Sallyport as gateway and agent in processes of their own.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync, chmodSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, startPostgres } from '@sallyport/demo'
import { end, startSallyport } from './sallyport.mjs'

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

/** Starts everything; the `env` of a target is a libpq environment. Data is kept as a production server keeps it: fsync is on. */
export async function startPostgresServers(say) {
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
    const { port, token, pids } = await startSallyport(
      folder,
      { engine: 'postgres', port: postgres.port, user: postgres.user, password: postgres.password, name: 'postgres' },
      stops,
      say,
    )
    const env = { ...direct, PGPORT: String(port), PGUSER: 'plain', PGPASSWORD: token }
    targets.push({
      name: 'sallyport',
      env,
      masked: { ...env, PGUSER: 'masked' },
      guarded: { ...env, PGUSER: 'guarded' },
      unguarded: { ...env, PGUSER: 'unguarded' },
      pids,
    })
    return { bin, server: `PostgreSQL ${postgres.version}`, targets, direct, stop }
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
