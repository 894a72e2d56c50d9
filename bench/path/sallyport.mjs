// Sallyport before one database: gateway and agent, each a process of its own.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '@sallyport/demo'

const program = fileURLToPath(new URL('../../packages/cli/bin/sallyport.mjs', import.meta.url))

/** `node --cpu-prof bench/run.mjs` profiles gateway and agent as well. */
const profiling = process.execArgv.filter((flag) => /^--(cpu|heap)-prof/.test(flag))

const RULE_SETS = [
  'read-only',
  'no-ddl',
  'no-dcl',
  'require-where',
  'single-statement',
  'no-file-or-network',
  'no-dynamic-sql',
  'no-session-escape',
]

/**
 * Starts both before `database` ({ engine, port, user, password, name }), with the connections `plain`, `masked`, which
 * masks two columns of the table `big`, `guarded`, with every rule set that asks for no limit, and `unguarded`. Returns the port for clients, the token, and the processes' ids.
 */
export async function startSallyport(folder, database, stops, say) {
  const [client, tunnel] = [await freePort(), await freePort()]
  const { engine } = database
  const env = {
    ...process.env,
    BENCH_TOKEN: 'bench-token-0123456789',
    AGENT_TOKEN: 'agent-token-0123456789',
    DB_USER: database.user,
    DB_PASSWORD: database.password,
  }
  const columns = [
    { match: '*.big.email', strategy: 'partial' },
    { match: '*.big.card', strategy: 'redact' },
  ]
  const connection = { engine, agent: 'bench', access: { groups: ['bench'] }, guardrails: ['single-statement'] }
  write(folder, 'gateway', {
    listen: { [engine]: `127.0.0.1:${client}`, tunnel: `127.0.0.1:${tunnel}` },
    identity: { tokens: [{ token: 'env:BENCH_TOKEN', subject: 'bench@example.com', groups: ['bench'] }] },
    agents: [{ name: 'bench', token: 'env:AGENT_TOKEN' }],
    connections: [
      { ...connection, name: 'plain' },
      { ...connection, name: 'masked', masking: 'two' },
      { ...connection, name: 'guarded', guardrails: RULE_SETS },
      { ...connection, name: 'unguarded', guardrails: [] },
    ],
    masking: { two: { columns } },
    limits: { sessions: 1000, sessions_per_user: 1000 },
    audit: { dir: './audit', signing_key: 'file:audit.key' },
    log: { level: 'warn' },
  })
  write(folder, 'agent', {
    name: 'bench',
    gateway: { address: `127.0.0.1:${tunnel}`, token: 'env:AGENT_TOKEN' },
    connections: ['plain', 'masked', 'guarded', 'unguarded'].map((name) => ({
      name,
      engine,
      target: { host: '127.0.0.1', port: database.port, database: database.name, tls: 'disable' },
      credentials: { env: { user: 'DB_USER', password: 'DB_PASSWORD' } },
    })),
    log: { level: 'warn' },
  })
  say('starting Sallyport')
  await finished(spawn(process.execPath, [program, 'audit', 'keygen', join(folder, 'audit.key')], { stdio: 'ignore' }))
  const pids = {}
  for (const side of ['gateway', 'agent']) {
    const child = spawn(process.execPath, [...profiling, program, side, '--config', join(folder, `${side}.yaml`)], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    stops.push(() => end(child))
    const ended = once(child, 'close').then(([code]) => Promise.reject(new Error(`the ${side} ended with ${code}`)))
    await Promise.race([once(child.stdout, 'data'), ended])
    ended.catch(() => undefined)
    child.stdout.resume()
    pids[side] = child.pid
  }
  return { port: client, token: env.BENCH_TOKEN, pids }
}

/** Ends a process in order, after ten seconds at once. */
export async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
  await once(child, 'close')
  clearTimeout(timer)
}

// JSON is YAML.
function write(folder, side, configuration) {
  writeFileSync(join(folder, `${side}.yaml`), JSON.stringify({ [side]: configuration }))
}

async function finished(child) {
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`a command ended with ${code}`)
}
