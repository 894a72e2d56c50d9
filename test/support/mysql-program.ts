import { mysqlInstallation, type MysqlCommand, type MysqlFlavour, type MysqlProgram } from './mysql-installation.ts'
import { runProcess, startProcess, type ProcessResult, type SupervisedProcess } from './process.ts'

/** Where to connect. */
export interface MysqlLogin {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
}

/** One run of a program. */
export interface MysqlRun {
  /** Whose program it is. */
  readonly flavour: MysqlFlavour
  readonly program: MysqlProgram
  /** Behind those that say where to connect. */
  readonly args?: readonly string[]
  /** What is dumped of the database; all of it when left out. */
  readonly tables?: readonly string[]
  readonly input?: string
  readonly timeoutMs?: number
}

/** Runs one of the programs that came with a server to its end. Rejects when it is not installed. */
export function runMysqlProgram(login: MysqlLogin, run: MysqlRun): Promise<ProcessResult> {
  const { command, prefix } = commandOf(run)
  return runProcess(
    { command, args: [...prefix, ...argumentsOf(login, run)], env: environment(login), input: run.input ?? '' },
    run.timeoutMs,
  )
}

/** Starts one of the programs and leaves it running. */
export function startMysqlProgram(login: MysqlLogin, run: MysqlRun): Promise<SupervisedProcess> {
  const { command, prefix } = commandOf(run)
  return startProcess({
    command,
    args: [...prefix, ...argumentsOf(login, run)],
    env: environment(login),
    ...(run.input === undefined ? {} : { input: run.input }),
  })
}

function commandOf({ flavour, program }: MysqlRun): MysqlCommand {
  const command = mysqlInstallation(flavour)?.program(program)
  if (command === undefined) throw new Error(`the ${program} of ${flavour} is not installed here`)
  return command
}

function argumentsOf(
  { host, port, user, database }: MysqlLogin,
  { flavour, program, args = [], tables = [] }: MysqlRun,
): readonly string[] {
  // MySQL's own client asks for a password only by TLS or under the server's key, which it must be told to take.
  const key = flavour === 'mysql' ? ['--get-server-public-key'] : []
  // Nor does it know `source` in a script, unless it is told that it may.
  const commands = flavour === 'mysql' && program === 'client' ? ['--loose-commands'] : []
  const where = ['--no-defaults', '--protocol=TCP', `--host=${host}`, `--port=${port}`, `--user=${user}`, ...key]
  const charset = '--default-character-set=utf8mb4'
  return program === 'dump'
    ? [...where, charset, ...args, database, ...tables]
    : [...where, charset, ...commands, ...args, `--database=${database}`]
}

function environment({ password }: MysqlLogin): Record<string, string> {
  return { MYSQL_PWD: password, LC_ALL: 'C.UTF-8', TZ: 'UTC' }
}
