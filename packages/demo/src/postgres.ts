import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { DemoError } from './errors.ts'
import { freePort } from './free-port.ts'
import { unprivilegedAccount, type Account } from './postgres/account.ts'
import { binariesIn, embeddedBinaries, reachableDirectory } from './postgres/binaries.ts'
import { createCluster, plainEnvironment, type PostgresTls } from './postgres/cluster.ts'
import { tether } from './tether.ts'

/** How to start a PostgreSQL whose data is thrown away. */
export interface PostgresOptions {
  /** Where `initdb` and `postgres` lie; without it the version that npm installed. */
  readonly binaries?: string
  /** Server settings by name, over the defaults. */
  readonly settings?: Readonly<Record<string, string>>
  /** Lines of pg_hba.conf; by default every user from loopback, by SCRAM-SHA-256. */
  readonly hba?: readonly string[]
  readonly tls?: PostgresTls
  /** The longest a start may take, in milliseconds. */
  readonly startTimeoutMs?: number
  /** One line for each step that may take longer than a second. */
  readonly onProgress?: (line: string) => void
}

/** A PostgreSQL server of our own. Whoever starts it stops it; it also ends when this process does. */
export interface PostgresServer {
  readonly host: string
  readonly port: number
  /** The superuser. */
  readonly user: string
  readonly password: string
  /** Major version, such as 18. */
  readonly version: number
  /** Process id of the postmaster. */
  readonly pid: number
  /** The last lines the server logged, at most 400. */
  log(): string
  /** Connection string for `database`, as the superuser or as `as`. */
  url(database: string, as?: { readonly user: string; readonly password: string }): string
  /** Ends the postmaster with `signal` and leaves the data: SIGQUIT is a crash, SIGINT an orderly end. */
  kill(signal: 'SIGINT' | 'SIGTERM' | 'SIGQUIT' | 'SIGKILL'): Promise<void>
  /** Starts again on the same data and port after `kill`. */
  restart(): Promise<void>
  /** Ends the server and removes its files. Safe to call again. */
  stop(): Promise<void>
}

/**
 * Starts a real PostgreSQL on a free loopback port with a fresh data directory, as an unprivileged account when this
 * process is root. Throws DemoError.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const progress = options.onProgress ?? (() => {})
  const account = await unprivilegedAccount()
  const binaries =
    options.binaries === undefined ? await embeddedBinaries(account) : await binariesIn(options.binaries, account)
  const directory = await reachableDirectory('sallyport-data-', account)
  const released = tether.directory(directory)
  const remove = async (): Promise<void> => {
    await rm(directory, { recursive: true, force: true, maxRetries: 5 })
    released()
  }
  const password = randomBytes(18).toString('base64url')
  try {
    progress(`PostgreSQL ${binaries.version}: making a data directory`)
    const data = await createCluster({
      binaries,
      account,
      directory,
      password,
      settings: options.settings ?? {},
      hba: options.hba ?? ['host all all 127.0.0.1/32 scram-sha-256'],
      tls: options.tls,
    })
    progress(`PostgreSQL ${binaries.version}: starting`)
    const launch = { program: binaries.postgres, data, account, timeoutMs: options.startTimeoutMs ?? 30_000 }
    let postmaster = await startOnFreePort(launch)
    return {
      host: HOST,
      port: postmaster.port,
      user: 'postgres',
      password,
      version: binaries.version,
      get pid() {
        return postmaster.pid
      },
      log: () => postmaster.log.join('\n'),
      url: (database, as = { user: 'postgres', password }) =>
        `postgresql://${encodeURIComponent(as.user)}:${encodeURIComponent(as.password)}@${HOST}:${postmaster.port}/${encodeURIComponent(database)}`,
      kill: (signal) => end(postmaster, [signal]),
      restart: async () => {
        postmaster = await start(launch, postmaster.port)
      },
      stop: async () => {
        await end(postmaster, ['SIGINT', 'SIGQUIT', 'SIGKILL'])
        await remove()
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}

interface Launch {
  readonly program: string
  readonly data: string
  readonly account: Account | undefined
  readonly timeoutMs: number
}

interface Postmaster {
  readonly child: ChildProcess
  readonly pid: number
  readonly port: number
  readonly log: string[]
}

async function startOnFreePort(launch: Launch): Promise<Postmaster> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(launch, await freePort(HOST))
    } catch (error) {
      const lateForPort = error instanceof DemoError && /could not bind|in use/.test(error.message)
      if (!lateForPort || attempt === PORT_ATTEMPTS) throw error
    }
  }
}

async function start(launch: Launch, port: number): Promise<Postmaster> {
  const ids = launch.account === undefined ? {} : { uid: launch.account.uid, gid: launch.account.gid }
  const child = spawn(launch.program, ['-D', launch.data, '-p', String(port)], {
    ...ids,
    cwd: launch.data,
    env: plainEnvironment(),
    stdio: ['ignore', 'ignore', 'pipe'],
    // Ctrl-C goes to the whole foreground group; the server must not end before those who still talk to it.
    detached: true,
  })
  const log: string[] = []
  await becomesReady(child, log, launch.timeoutMs)
  const pid = child.pid as number
  const released = tether.process(pid)
  child.once('exit', released)
  // A server that is still up must not keep this process from ending: the tether ends it then.
  child.unref()
  ;(child.stderr as unknown as { unref(): void }).unref()
  return { child, pid, port, log }
}

function becomesReady(child: ChildProcess, log: string[], timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGQUIT')
      reject(new DemoError('postgres-timeout', `PostgreSQL was not ready after ${timeoutMs} ms:\n${tail(log)}`))
    }, timeoutMs)
    const settle = (act: () => void): void => {
      clearTimeout(timer)
      child.removeAllListeners('exit').removeAllListeners('error')
      act()
    }
    child.once('error', (cause) =>
      settle(() => reject(new DemoError('postgres-failed', `PostgreSQL did not start: ${cause.message}`, { cause }))),
    )
    child.once('exit', (code, signal) =>
      settle(() => reject(new DemoError('postgres-failed', `PostgreSQL ended (${signal ?? code}):\n${tail(log)}`))),
    )
    let rest = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n')
      rest = (lines.pop() ?? '').slice(-LOG_LINE_CHARACTERS)
      for (const line of lines) {
        log.push(line.slice(0, LOG_LINE_CHARACTERS))
        if (log.length > LOG_LINES) log.shift()
        if (line.includes('database system is ready to accept connections')) settle(resolve)
      }
    })
  })
}

/** Sends each signal in turn until the process has ended, waiting `END_TIMEOUT_MS` after each. */
async function end(postmaster: Postmaster, signals: readonly NodeJS.Signals[]): Promise<void> {
  const { child } = postmaster
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

function tail(log: readonly string[]): string {
  return log.slice(-15).join('\n')
}

const HOST = '127.0.0.1'
const PORT_ATTEMPTS = 5
const END_TIMEOUT_MS = 5000
const LOG_LINES = 400
const LOG_LINE_CHARACTERS = 4000
