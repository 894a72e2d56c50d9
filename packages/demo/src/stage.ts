import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { agentYaml, gatewayYaml, type DemoPorts } from './configuration.ts'
import { DemoError } from './errors.ts'
import { heldDirectory } from './held-directory.ts'
import type { Screen } from './screen/screen.ts'
import { PREPARED, type Service } from './service.ts'
import { mysqlDatabase, postgresDatabase, type DemoDatabase } from './stage/databases.ts'
import { choosePorts, startServices } from './stage/services.ts'
import type { Guest } from './tour/guest.ts'
import type { Tour, TourEngine } from './tour/tour.ts'

/** Everything the tour plays on. */
export interface Stage {
  /** Resolves when database, gateway and agent are up and the tour's connections are open. Throws DemoError. */
  readonly ready: Promise<Tour>
  /** What to paste, and what it is. */
  invitation(): Promise<readonly { readonly what: string; readonly line: string }[]>
  /** Resolves when the signal comes; throws `process-failed` when gateway or agent ends before. */
  until(signal: AbortSignal): Promise<void>
  /** Ends all that was started, the last first, also while it is still starting. */
  close(): Promise<void>
}

/** What a stage is made with. */
export interface StageOptions {
  readonly screen: Screen
  readonly signal: AbortSignal
  readonly command?: readonly string[]
  /** The folder of the MariaDB or MySQL to use; `off` for none; undefined for whatever is found. */
  readonly mysql?: string | undefined
}

/** Starts to build the stage. */
export function startStage(options: StageOptions): Stage {
  const closers: (() => Promise<void>)[] = []
  const built = build(options, closers)
  const ready = built.then(({ tour }) => tour)
  // Whoever does not wait for it any longer, because of Ctrl-C, has no use for its error either.
  ready.catch(() => {})
  return {
    ready,
    invitation: async () => {
      const { databases, ports, token, auditDirectory } = await built
      return [
        ...databases.flatMap(({ engine, connections, command, url }) => {
          const program = engine === 'postgres' ? 'psql' : 'mysql'
          const port = ports[engine]
          return [
            { what: `${program}, reading:`, line: command(connections.readonly, port, token) },
            { what: `${program}, writing:`, line: command(connections.write, port, token) },
            { what: 'A driver:', line: url(connections.readonly, port, token) },
          ]
        }),
        { what: 'The audit log:', line: auditDirectory },
        { what: 'Whether it is whole:', line: `npx sallyport audit verify ${auditDirectory}` },
        { what: 'Health and figures:', line: `http://127.0.0.1:${ports.gatewayHttp}/readyz and /metrics` },
      ]
    },
    until: async (signal) => {
      const { services } = await built
      await new Promise<void>((done, reject) => {
        if (signal.aborted) done()
        signal.addEventListener('abort', () => done(), { once: true })
        for (const service of services) {
          void service.ended.then(() =>
            reject(new DemoError('process-failed', `the ${service.name} ended:\n${service.output().slice(-2000)}`)),
          )
        }
      })
    },
    close: async () => {
      for (const close of closers.toReversed()) await close()
      await built.catch(() => {})
    },
  }
}

interface Built {
  readonly tour: Tour
  readonly databases: readonly DemoDatabase[]
  readonly ports: DemoPorts
  readonly token: string
  readonly auditDirectory: string
  readonly services: readonly Service[]
}

async function build(
  { screen, signal, command = COMMAND, mysql }: StageOptions,
  closers: (() => Promise<void>)[],
): Promise<Built> {
  const databases = await startDatabases({ screen, signal, mysql }, closers)
  signal.throwIfAborted()

  const { path: directory, remove } = await heldDirectory('sallyport-demo-')
  closers.push(remove)
  const ports = await choosePorts(screen, databases)
  await writeFile(join(directory, 'gateway.yaml'), gatewayYaml(ports, databases))
  await writeFile(join(directory, 'agent.yaml'), agentYaml(ports, databases))
  screen.progress(`configuration in ${directory}: gateway.yaml, agent.yaml`)
  const sallyport = (args: readonly string[]): Promise<{ code: number; output: string }> => run([...command, ...args])
  const key = await sallyport(['audit', 'keygen', join(directory, 'audit.key')])
  if (key.code !== 0) throw new DemoError('process-failed', `no key for the audit log: ${key.output}`)

  const secrets = { alice: secret(), agent: secret(), hash: secret() }
  const services = await startServices({ command, directory, ports, databases, secrets, screen }, closers)
  const held = async (opening: Promise<Guest>): Promise<Guest> => {
    const guest = await opening
    closers.push(() => guest.close())
    return guest
  }
  const engines: TourEngine[] = []
  for (const { engine, name, connections, guest, direct } of databases) {
    const through = (connection: string): Promise<Guest> => held(guest(connection, ports[engine], secrets.alice))
    const readonly = await through(connections.readonly)
    engines.push({ engine, name, readonly, write: await through(connections.write), direct: await held(direct()) })
  }
  const auditDirectory = join(directory, 'audit')
  return {
    tour: { screen, engines, auditDirectory, sallyport },
    databases,
    ports,
    token: secrets.alice,
    auditDirectory,
    services,
  }
}

/** Starts both databases at the same time. When one fails, the other is not waited for: `closers` end it. */
async function startDatabases(
  { screen, signal, mysql }: Pick<StageOptions, 'screen' | 'signal' | 'mysql'>,
  closers: (() => Promise<void>)[],
): Promise<readonly DemoDatabase[]> {
  const options = { screen, signal, closers }
  const found = await Promise.all([
    postgresDatabase(options),
    mysql === 'off' ? undefined : mysqlDatabase(options, mysql),
  ])
  return found.filter((database) => database !== undefined)
}

function run([program = '', ...args]: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((done) => {
    execFile(program, args, { env: { ...process.env, ...PREPARED } }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1
      done({ code, output: stdout + stderr })
    })
  })
}

function secret(): string {
  return randomBytes(24).toString('base64url')
}

// The launcher beside this package: a demo is a checkout's, and nobody installs it alone.
const COMMAND = [process.execPath, resolve(import.meta.dirname, '../../cli/bin/sallyport.mjs')]
