import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { median, run } from './command.mjs'

/** Point selects of sysbench: latency with one thread, throughput with 8 and 16, and what a connection costs. */
export async function measureSysbench({ targets }, client, { seconds, warmUpSeconds }, say) {
  bringSysbench(say)
  say('filling the table of sysbench')
  await sysbench(targets[0].env, ['prepare'])
  const results = []
  for (const { name, env } of targets) {
    // A server is measured as it is after a minute of work, not as it is after its first statement.
    say(`warming up ${name}`)
    for (const mode of MODES) await select(env, mode, 8, warmUpSeconds)
    for (const mode of MODES) {
      for (const clients of [1, 8, 16]) {
        say(`sysbench ${mode}, ${clients} threads, ${name}`)
        results.push({ target: name, mode, clients, ...(await select(env, mode, clients, seconds)) })
      }
    }
    say(`a connection for each statement, ${name}`)
    results.push({ target: name, mode: 'connect', clients: 1, ...(await connect(client, env, seconds)) })
  }
  return results
}

async function select(env, mode, threads, seconds) {
  const out = await sysbench(env, [
    `--threads=${threads}`,
    `--time=${seconds}`,
    `--db-ps-mode=${mode === 'prepared' ? 'auto' : 'disable'}`,
    '--histogram=on',
    'run',
  ])
  const errors = Number(/ignored errors:\s+(\d+)/.exec(out)?.[1])
  if (errors !== 0) throw new Error(`sysbench met ${errors} errors:\n${out}`)
  const buckets = [...out.matchAll(/^\s*([\d.]+) \|\**\s+(\d+)$/gm)].map(([, ms, count]) => ({
    us: Math.round(Number(ms) * 1000),
    count: Number(count),
  }))
  return {
    tps: Number(/transactions:\s+\d+\s+\(([\d.]+) per sec/.exec(out)?.[1]),
    p50us: percentile(buckets, 0.5),
    p99us: percentile(buckets, 0.99),
  }
}

/** From sysbench's histogram, whose steps are 2 %. */
function percentile(buckets, share) {
  let left = buckets.reduce((sum, { count }) => sum + count, 0) * share
  return buckets.find(({ count }) => (left -= count) <= 0)?.us
}

/** The median of connecting, asking and leaving, one after the other. */
async function connect(client, env, seconds) {
  const times = []
  const until = performance.now() + seconds * 1000
  let statements = 0
  while (performance.now() < until) {
    const started = performance.now()
    const session = await client.open(env)
    times.push(performance.now() - started)
    await session.query('SELECT c FROM sbtest1 WHERE id = 1')
    await session.close()
    statements++
  }
  return { connectionMs: Number(median(times).toFixed(3)), tps: statements / seconds }
}

async function sysbench({ host, port, user, password, database }, args) {
  const login = { host, port, user, password, db: database }
  const options = Object.entries(login).map(([name, value]) => `--mysql-${name}=${value}`)
  const { out } = await run('sysbench', ['oltp_point_select', ...options, `--table-size=${ROWS}`, ...args], {})
  return out
}

/** Debian's package, installed when this is root and it is missing. */
function bringSysbench(say) {
  if (existsSync('/usr/bin/sysbench')) return
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get'))
    throw new Error('sysbench is missing: apt-get install sysbench')
  say('installing sysbench')
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  for (const args of [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', 'sysbench'],
  ]) {
    const { status, stderr } = spawnSync('apt-get', args, { env, encoding: 'utf8' })
    if (status !== 0) throw new Error(`apt-get ${args[0]} failed:\n${stderr}`)
  }
}

const MODES = ['simple', 'prepared']
const ROWS = 100_000
