import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chown, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort, tether } from '@sallyport/demo'
import { temporaryDirectory } from './directory.ts'
import type { MysqlInstallation } from './mysql-installation.ts'
import { runProcess } from './process.ts'

/** What a server is started with. */
export interface MysqlServerOptions {
  /** Variables by name, over the defaults. */
  readonly settings: Readonly<Record<string, string>>
  /** Statements that the server runs each time it starts, each on a line. */
  readonly init: readonly string[]
  /** Files by name, and the variable that says where each lies. */
  readonly files: Readonly<Record<string, { readonly text: string; readonly variable: string }>>
}

/** A running server and its data, which go together. */
export interface MysqlProcess {
  readonly port: number
  readonly pid: number
  readonly socket: string
  /** The last lines the server logged. */
  log(): string
  /** Ends the server with `signal` and leaves the data: SIGKILL is a crash, SIGTERM an orderly end. */
  kill(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
  /** Starts again on the same data and port after `kill`. */
  restart(): Promise<void>
  /** Ends the server and removes its files. Safe to call again. */
  stop(): Promise<void>
}

/** Makes a data directory and starts a server on it, on a free loopback port, as an account that is not root. */
export async function startMysqlProcess(
  installation: MysqlInstallation,
  options: MysqlServerOptions,
): Promise<MysqlProcess> {
  // MariaDB's own script for the system tables does not quote its paths.
  const directory = await temporaryDirectory(installation.flavour, '-')
  try {
    const account = unprivilegedAccount()
    const owned = async (path: string): Promise<void> => {
      if (account !== undefined) await chown(path, account.uid, account.gid)
    }
    const own = join(directory.path, 'own')
    await mkdir(own, { mode: 0o700 })
    await owned(own)
    const data = join(own, 'data')
    const variables: string[] = []
    for (const [name, { text, variable }] of Object.entries(options.files)) {
      await writeFile(join(own, name), text, { mode: 0o600 })
      await owned(join(own, name))
      variables.push(`--${variable}=${join(own, name)}`)
    }
    const init = join(own, 'init.sql')
    await writeFile(init, options.init.map((line) => `${line};\n`).join(''), { mode: 0o600 })
    await owned(init)
    const user = account === undefined ? [] : [`--user=${account.name}`]
    await initialise(installation, data, user)
    const socket = join(own, 'server.sock')
    const settings = { ...SETTINGS, ...FLAVOUR_SETTINGS[installation.flavour], ...options.settings }
    const args = [
      '--no-defaults',
      ...user,
      ...installation.serverArgs,
      `--datadir=${data}`,
      `--socket=${socket}`,
      `--pid-file=${join(own, 'server.pid')}`,
      `--init-file=${init}`,
      ...Object.entries(settings).map(([name, value]) => `--${name}=${value}`),
      ...variables,
    ]
    let running = await startOnFreePort(installation, args)
    return {
      port: running.port,
      get pid() {
        return running.pid
      },
      socket,
      log: () => running.log.join('\n'),
      kill: (signal) => end(running.child, [signal]),
      restart: async () => {
        running = await launch(installation, args, running.port)
      },
      stop: async () => {
        await end(running.child, ['SIGTERM', 'SIGKILL'])
        await directory.remove()
      },
    }
  } catch (error) {
    await directory.remove()
    throw error
  }
}

interface Running {
  readonly child: ChildProcess
  readonly pid: number
  readonly port: number
  readonly log: readonly string[]
}

interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

/** Makes the system tables. */
async function initialise(installation: MysqlInstallation, data: string, user: readonly string[]): Promise<void> {
  const { flavour, server, serverArgs } = installation
  const { code, stdout, stderr } =
    flavour === 'mariadb'
      ? await runProcess({
          command: 'mariadb-install-db',
          args: ['--no-defaults', ...user, `--datadir=${data}`, ...INSTALL_ARGS],
        })
      : await runProcess({
          command: server.command,
          args: [
            ...server.prefix,
            '--no-defaults',
            ...user,
            ...serverArgs,
            `--datadir=${data}`,
            '--initialize-insecure',
            ...MYSQL_INIT_ARGS,
          ],
        })
  if (code !== 0) throw new Error(`${flavour}: no data directory could be made:\n${stdout}\n${stderr}`.slice(0, 8000))
}

async function startOnFreePort(installation: MysqlInstallation, args: readonly string[]): Promise<Running> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await launch(installation, args, await freePort())
    } catch (error) {
      if (attempt === PORT_ATTEMPTS || !/already in use/i.test(String(error))) throw error
    }
  }
}

async function launch(installation: MysqlInstallation, args: readonly string[], port: number): Promise<Running> {
  const { command, prefix } = installation.server
  const child = spawn(command, [...prefix, ...args, `--port=${port}`], {
    cwd: '/',
    env: { PATH: process.env['PATH'], TZ: 'UTC', LC_ALL: 'C' },
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  })
  const log: string[] = []
  await becomesReady(child, log)
  const pid = child.pid as number
  const released = tether.process(pid)
  child.once('exit', released)
  child.unref()
  ;(child.stderr as unknown as { unref(): void }).unref()
  return { child, pid, port, log }
}

function becomesReady(child: ChildProcess, log: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (what: string): void => {
      settle(() => reject(new Error(`the server ${what}:\n${log.slice(-20).join('\n')}`)))
    }
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      fail(`was not ready after ${START_MS} ms`)
    }, START_MS)
    const settle = (act: () => void): void => {
      clearTimeout(timer)
      child.removeAllListeners('exit').removeAllListeners('error')
      act()
    }
    child.once('error', (cause) => fail(`did not start: ${cause.message}`))
    child.once('exit', (code, signal) => fail(`ended (${signal ?? code})`))
    let rest = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n')
      rest = (lines.pop() ?? '').slice(-LOG_LINE_CHARACTERS)
      for (const line of lines) {
        log.push(line.slice(0, LOG_LINE_CHARACTERS))
        if (log.length > LOG_LINES) log.shift()
        // MySQL's X protocol has a line of its own that says nearly the same.
        if (/ready for connections\./.test(line) && !/X Plugin/.test(line)) settle(resolve)
      }
    })
  })
}

/** Sends each signal in turn until the process has ended. */
async function end(child: ChildProcess, signals: readonly NodeJS.Signals[]): Promise<void> {
  child.ref()
  for (const signal of signals) {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit', { signal: AbortSignal.timeout(END_MS) }).then(
      () => true,
      () => false,
    )
    child.kill(signal)
    if (await gone) return
  }
}

/** The account a server runs as, where this process is root: both servers refuse root. */
function unprivilegedAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined
  for (const name of ['mysql', 'nobody']) {
    try {
      const id = (flag: string): number =>
        Number(execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'] }))
      return { name, uid: id('-u'), gid: id('-g') }
    } catch {
      // The next one.
    }
  }
  throw new Error('neither the account mysql nor nobody exists here, and the servers do not run as root')
}

// The data is thrown away: nothing need survive a power cut, and the files are as small as they may be.
const SETTINGS: Readonly<Record<string, string>> = {
  'bind-address': '127.0.0.1',
  'skip-name-resolve': 'ON',
  'innodb-buffer-pool-size': '64M',
  'innodb-flush-log-at-trx-commit': '0',
  'innodb-doublewrite': 'OFF',
  'max-allowed-packet': '1G',
  'local-infile': 'ON',
  'default-time-zone': '+00:00',
}
const FLAVOUR_SETTINGS: Readonly<Record<MysqlInstallation['flavour'], Readonly<Record<string, string>>>> = {
  mariadb: { 'innodb-log-file-size': '32M', 'secure-file-priv': '' },
  mysql: { 'innodb-redo-log-capacity': '32M', 'skip-log-bin': 'ON', mysqlx: 'OFF', 'secure-file-priv': '' },
}
const INSTALL_ARGS = [
  '--auth-root-authentication-method=normal',
  '--skip-test-db',
  '--skip-name-resolve',
  '--innodb-log-file-size=32M',
]
const MYSQL_INIT_ARGS = ['--innodb-redo-log-capacity=32M', '--innodb-doublewrite=OFF']
const PORT_ATTEMPTS = 5
const START_MS = 60_000
const END_MS = 15_000
const LOG_LINES = 400
const LOG_LINE_CHARACTERS = 4000
