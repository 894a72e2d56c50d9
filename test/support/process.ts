import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { tether } from '@sallyport/demo'

/** What to run. */
export interface ProcessOptions {
  readonly command: string
  readonly args?: readonly string[]
  /** Added to this process's environment; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
  /** Text for standard input, which is then closed; without it standard input is empty. */
  readonly input?: string | Buffer
}

/** How a process ended and what it said. */
export interface ProcessResult {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A process under a test's care; it ends with the test run, however that ends. */
export interface SupervisedProcess {
  readonly pid: number
  readonly child: ChildProcess
  /** Standard output and error so far, in the order they came, at most the last 256 kB. */
  output(): string
  /** Resolves when it has ended. */
  readonly ended: Promise<ProcessResult>
  /** Resolves when `pattern` has appeared in the output; rejects with the output when it ends before, or too late. */
  says(pattern: RegExp, timeoutMs?: number): Promise<RegExpExecArray>
  kill(signal: NodeJS.Signals): Promise<ProcessResult>
  /** SIGTERM, after `graceMs` SIGKILL. */
  stop(graceMs?: number): Promise<ProcessResult>
}

/** Starts a process. Rejects when the program cannot be started at all. */
export async function startProcess(options: ProcessOptions): Promise<SupervisedProcess> {
  const child = spawn(options.command, options.args ?? [], {
    env: { ...process.env, ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const log = { stdout: '', stderr: '', both: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      log[name] = (log[name] + text).slice(-OUTPUT_CHARACTERS)
      log.both = (log.both + text).slice(-OUTPUT_CHARACTERS)
    })
  }
  const ended = once(child, 'close').then(([code, signal]): ProcessResult => {
    return {
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
      stdout: log.stdout,
      stderr: log.stderr,
    }
  })
  // The rejection is reported by the wait for 'spawn' below.
  ended.catch(() => {})
  await once(child, 'spawn')
  const pid = child.pid as number
  const released = tether.process(pid)
  child.once('exit', released)
  child.stdin.on('error', () => {})
  child.stdin.end(options.input ?? '')
  const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null
  const kill = (signal: NodeJS.Signals): Promise<ProcessResult> => {
    if (!isOver()) child.kill(signal)
    return ended
  }
  return {
    pid,
    child,
    output: () => log.both,
    ended,
    says: (pattern, timeoutMs = 20_000) => says(child, () => log.both, pattern, timeoutMs),
    kill,
    stop: async (graceMs = 5000) => {
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs)
      try {
        return await kill('SIGTERM')
      } finally {
        clearTimeout(timer)
      }
    },
  }
}

/** Runs a program to its end. A program that does not end within `timeoutMs` is killed, and that is an error. */
export async function runProcess(options: ProcessOptions, timeoutMs = 60_000): Promise<ProcessResult> {
  const running = await startProcess(options)
  const timer = setTimeout(() => running.child.kill('SIGKILL'), timeoutMs)
  const result = await running.ended
  clearTimeout(timer)
  if (result.signal === 'SIGKILL') {
    throw new Error(`${options.command} did not end within ${timeoutMs} ms:\n${running.output().slice(-4000)}`)
  }
  return result
}

async function says(
  child: ChildProcess,
  output: () => string,
  pattern: RegExp,
  timeoutMs: number,
): Promise<RegExpExecArray> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const match = pattern.exec(output())
    if (match !== null) return match
    const left = deadline - performance.now()
    if (child.exitCode !== null || child.signalCode !== null || left <= 0) {
      throw new Error(`the output never matched ${String(pattern)}:\n${output().slice(-4000)}`)
    }
    // Whichever comes first; what it was is seen when the loop looks again.
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, left)
      const sources = [child.stdout, child.stderr].filter((stream) => stream !== null)
      for (const stream of sources) stream.once('data', done)
      child.once('close', done)
      function done(): void {
        clearTimeout(timer)
        for (const stream of sources) stream.removeListener('data', done)
        child.removeListener('close', done)
        resolve()
      }
    })
  }
}

const OUTPUT_CHARACTERS = 256 * 1024
