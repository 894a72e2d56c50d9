import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { identityOf, type Account } from './account.ts'
import { DemoError, type DemoErrorCode } from './errors.ts'
import { freePort } from './free-port.ts'
import { tether } from './tether.ts'

/** How to start a database server, and how to tell what became of it. */
export interface ServerLaunch {
  /** `PostgreSQL`, `MariaDB` or `MySQL`, for messages. */
  readonly name: string
  /** Program and arguments of a server that listens on `port`. */
  readonly command: (port: number) => readonly string[]
  readonly directory: string
  readonly environment: NodeJS.ProcessEnv
  readonly account: Account | undefined
  readonly timeoutMs: number
  /** A line of the log that says connections are taken. */
  readonly ready: RegExp
  /** What the log says when another process had the port first. */
  readonly busyPort: RegExp
  /** Ends it in order, at the latest when this process dies. */
  readonly end: 'SIGINT' | 'SIGTERM'
  /** Ends it at once, when it does not become ready. */
  readonly crash: NodeJS.Signals
  readonly errors: { readonly failed: DemoErrorCode; readonly timeout: DemoErrorCode }
}

/** A server that takes connections. */
export interface ServerProcess {
  readonly child: ChildProcess
  readonly pid: number
  readonly port: number
  /** The last lines it logged, at most 400. */
  readonly log: string[]
}

/** PEM texts of a server's certificate and key, and of the authority its clients' certificates come from. */
export interface ServerTls {
  readonly cert: string
  readonly key: string
  readonly ca?: string
}

/** Where every server listens. */
export const HOST = '127.0.0.1'

/** Starts a server on a port that is free, with another one when somebody else was quicker. Throws DemoError. */
export async function startServerOnFreePort(launch: ServerLaunch): Promise<ServerProcess> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startServer(launch, await freePort(HOST))
    } catch (error) {
      const lateForPort = error instanceof DemoError && launch.busyPort.test(error.message)
      if (!lateForPort || attempt === PORT_ATTEMPTS) throw error
    }
  }
}

/** Starts a server on `port`; it ends when this process does. Throws DemoError. */
export async function startServer(launch: ServerLaunch, port: number): Promise<ServerProcess> {
  const [program = '', ...args] = launch.command(port)
  const child = spawn(program, args, {
    ...identityOf(launch.account),
    cwd: launch.directory,
    env: launch.environment,
    stdio: ['ignore', 'ignore', 'pipe'],
    // Ctrl-C goes to the whole foreground group; the server must not end before those who still talk to it.
    detached: true,
  })
  const released = child.pid === undefined ? () => {} : tether.process(child.pid, launch.end)
  child.once('exit', released)
  const log: string[] = []
  await becomesReady(child, log, launch)
  // A server that is still up must not keep this process from ending: the tether ends it then.
  child.unref()
  ;(child.stderr as unknown as { unref(): void }).unref()
  return { child, pid: child.pid as number, port, log }
}

/** Sends each signal in turn until the process has ended, waiting `END_TIMEOUT_MS` after each. */
export async function endServer({ child }: ServerProcess, signals: readonly NodeJS.Signals[]): Promise<void> {
  child.ref()
  for (const signal of signals) {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit', { signal: AbortSignal.timeout(END_TIMEOUT_MS) }).then(
      () => true,
      () => false,
    )
    child.kill(signal)
    if (await gone) return
  }
}

function becomesReady(child: ChildProcess, log: string[], launch: ServerLaunch): Promise<void> {
  const { name, timeoutMs, errors } = launch
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill(launch.crash)
      reject(new DemoError(errors.timeout, `${name} was not ready after ${timeoutMs} ms:\n${tail(log)}`))
    }, timeoutMs)
    const settle = (act: () => void): void => {
      clearTimeout(timer)
      child.off('exit', ended).off('error', failed)
      act()
    }
    const failed = (cause: Error): void =>
      settle(() => reject(new DemoError(errors.failed, `${name} did not start: ${cause.message}`, { cause })))
    const ended = (code: number | null, signal: string | null): void =>
      settle(() => reject(new DemoError(errors.failed, `${name} ended (${signal ?? code}):\n${tail(log)}`)))
    child.once('error', failed).once('exit', ended)
    let rest = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n')
      rest = (lines.pop() ?? '').slice(-LOG_LINE_CHARACTERS)
      for (const line of lines) {
        log.push(line.slice(0, LOG_LINE_CHARACTERS))
        if (log.length > LOG_LINES) log.shift()
        if (launch.ready.test(line)) settle(resolve)
      }
    })
  })
}

function tail(log: readonly string[]): string {
  return log.slice(-15).join('\n')
}

const PORT_ATTEMPTS = 5
const END_TIMEOUT_MS = 5000
const LOG_LINES = 400
const LOG_LINE_CHARACTERS = 4000
