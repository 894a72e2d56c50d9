import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { median, percentile, run } from './command.mjs'

/** Select-only pgbench: latency with one client, throughput with 8 and 32, what a connection costs, and what the rules do. */
export async function measurePgbench({ bin, targets, direct }, _client, { seconds, warmUpSeconds }, say) {
  say('filling the tables of pgbench')
  await run(join(bin, 'pgbench'), ['-i', '-q', '-s', '5'], direct)
  const results = []
  for (const { name, env, guarded, unguarded } of targets) {
    // A server is measured as it is after a minute of work, not as it is after its first statement.
    say(`warming up ${name}`)
    for (const mode of ['simple', 'prepared']) {
      await run(join(bin, 'pgbench'), ['-n', '-S', '-M', mode, '-c', '8', '-T', String(warmUpSeconds)], env)
    }
    for (const mode of ['simple', 'extended', 'prepared']) {
      for (const clients of mode === 'simple' ? [1, 8, 32] : [1, 8]) {
        say(`pgbench ${mode}, ${clients} clients, ${name}`)
        results.push({ target: name, mode, clients, ...(await select(bin, env, mode, clients, seconds)) })
      }
    }
    say(`pgbench with a connection for each transaction, ${name}`)
    const { out } = await run(join(bin, 'pgbench'), ['-n', '-S', '-C', '-T', String(seconds), '-c', '1'], env)
    results.push({
      target: name,
      mode: 'connect',
      clients: 1,
      connectionMs: number(out, /average connection time = ([\d.]+)/),
      tps: number(out, /tps = ([\d.]+)/),
    })
    if (guarded !== undefined) {
      say(`pgbench prepared, 1 client, ${name} with and without rules`)
      results.push({ target: name, mode: 'guard', clients: 1, ...(await compare(bin, guarded, unguarded, seconds)) })
    }
  }
  return results
}

/** Throughput with rules and without, in short runs by turns, each first as often as the other, so that both meet the same noise. */
async function compare(bin, guarded, unguarded, seconds) {
  const rounds = []
  for (let round = 0; round < GUARD_ROUNDS; round++) {
    const tps = new Map()
    for (const env of round % 2 === 0 ? [guarded, unguarded] : [unguarded, guarded]) {
      tps.set(env, (await select(bin, env, 'prepared', 1, Math.ceil(seconds / 5))).tps)
    }
    rounds.push({ guarded: tps.get(guarded), unguarded: tps.get(unguarded) })
  }
  return {
    tps: median(rounds.map((round) => round.guarded)),
    unguardedTps: median(rounds.map((round) => round.unguarded)),
    ratio: median(rounds.map((round) => round.guarded / round.unguarded)),
  }
}

async function select(bin, env, mode, clients, seconds) {
  const folder = mkdtempSync(join(tmpdir(), 'pgbench-'))
  try {
    const args = ['-n', '-S', '-M', mode, '-c', String(clients), '-j', '1', '-T', String(seconds), '-l']
    const { out } = await run(join(bin, 'pgbench'), args, env, { cwd: folder })
    const us = readdirSync(folder)
      .flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n'))
      .filter((line) => line !== '')
      .map((line) => Number(line.split(' ')[2]))
      .sort((one, other) => one - other)
    return { tps: number(out, /tps = ([\d.]+)/), p50us: percentile(us, 0.5), p99us: percentile(us, 0.99) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function number(text, pattern) {
  return Number(pattern.exec(text)?.[1])
}

const GUARD_ROUNDS = 24
