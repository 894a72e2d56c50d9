import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** Runs a program; resolves to its standard output and the milliseconds it took. Output beyond a megabyte is only counted. */
export async function run(program, args, env, options = {}) {
  const started = performance.now()
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', options.discard ? 'ignore' : 'pipe', 'pipe'],
    cwd: options.cwd,
  })
  let out = ''
  let errors = ''
  child.stdout?.on('data', (chunk) => (out = out.length < 1_000_000 ? out + chunk : out))
  child.stderr.on('data', (chunk) => (errors += chunk))
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}: ${errors.slice(-2000)}`)
  return { out, errors, ms: performance.now() - started }
}

export function median(values) {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)]
}

export function percentile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
}
