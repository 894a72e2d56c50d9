import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { DemoError } from './errors.ts'
import { tether } from './tether.ts'

/** A process of Sallyport's own, and how to tell that it is ready. */
export interface ServiceOptions {
  /** `gateway` or `agent`, for messages. */
  readonly name: string
  /** Program and arguments. */
  readonly command: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  /** Answers 200 once the process can do its work. */
  readonly readyUrl: string
  readonly timeoutMs?: number
}

/** A process that runs until it is stopped. */
export interface Service {
  readonly name: string
  readonly pid: number
  /** What it printed, at most the last 64 kB. */
  output(): string
  /** Resolves when it has ended, asked or not. */
  readonly ended: Promise<void>
  /** SIGTERM; SIGKILL when it takes too long. Safe to call again. */
  stop(): Promise<void>
}

/** Starts a process; `untilReady` waits for it. */
export function startService(options: ServiceOptions): Service & { untilReady(): Promise<void> } {
  const [program = '', ...args] = options.command
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: { ...process.env, ...PREPARED, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C goes to the whole foreground group. Who stops first is ours to say.
    detached: true,
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-OUTPUT_CHARACTERS)))
  }
  const { pid } = child
  const released = pid === undefined ? () => {} : tether.process(pid)
  const ended = new Promise<void>((resolve) => {
    const settle = (): void => {
      released()
      resolve()
    }
    child.once('exit', settle).once('error', settle)
  })
  return {
    name: options.name,
    pid: pid ?? 0,
    output: () => output,
    ended,
    stop: () => stop(child),
    untilReady: () => untilReady(options, child, () => output),
  }
}

async function untilReady(options: ServiceOptions, child: ChildProcess, output: () => string): Promise<void> {
  const timeoutMs = options.timeoutMs ?? READY_TIMEOUT_MS
  const deadline = performance.now() + timeoutMs
  for (;;) {
    if (child.pid === undefined || isOver(child)) {
      throw new DemoError('process-failed', `the ${options.name} ended before it was ready:\n${output().slice(-4000)}`)
    }
    const status = await fetch(options.readyUrl).then(
      async (response) => {
        await response.text()
        return response.status
      },
      () => 0,
    )
    if (status === 200) return
    if (performance.now() > deadline) {
      throw new DemoError(
        'process-failed',
        `the ${options.name} was not ready after ${timeoutMs / 1000} s:\n${output().slice(-4000)}`,
      )
    }
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS))
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || isOver(child)) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
  await gone
  clearTimeout(timer)
}

function isOver(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

/** Tells the launcher that this process, which it started, is proof enough that the checkout is installed and compiled. */
export const PREPARED: Readonly<Record<string, string>> = { SALLYPORT_PREPARED: '1' }

const READY_TIMEOUT_MS = 30_000
const ASK_AGAIN_MS = 50
const STOP_TIMEOUT_MS = 8000
const OUTPUT_CHARACTERS = 64 * 1024
