import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Client } from 'pg'
import { agentYaml, gatewayYaml, type DemoPorts } from './configuration.ts'
import { DemoError } from './errors.ts'
import { freePort, isPortFree } from './free-port.ts'
import { startPostgres } from './postgres.ts'
import type { Screen } from './screen/screen.ts'
import { PREPARED, startService, type Service } from './service.ts'
import { loadShop, type LoadedShop } from './shop/load-postgres.ts'
import { tether } from './tether.ts'
import type { Tour } from './tour/tour.ts'

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
      const { ports, token, auditDirectory, database } = await built
      const at = `-h 127.0.0.1 -p ${ports.postgres}`
      return [
        { what: 'psql, reading:', line: `PGPASSWORD=${token} psql ${at} -U shop-readonly ${database}` },
        { what: 'psql, writing:', line: `PGPASSWORD=${token} psql ${at} -U shop-write ${database}` },
        { what: 'A driver:', line: `postgresql://shop-readonly:${token}@127.0.0.1:${ports.postgres}/${database}` },
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
  readonly ports: DemoPorts
  readonly token: string
  readonly database: string
  readonly auditDirectory: string
  readonly services: readonly Service[]
}

async function build(
  { screen, signal, command = COMMAND }: StageOptions,
  closers: (() => Promise<void>)[],
): Promise<Built> {
  const progress = (line: string): void => screen.progress(line)
  const starting = startPostgres({ onProgress: progress })
  closers.push(async () => (await starting.catch(() => undefined))?.stop())
  const server = await starting
  progress(`PostgreSQL ${server.version} (process ${server.pid}) on port ${server.port}`)
  signal.throwIfAborted()
  const shop = await loadShop(server, { onProgress: progress })
  signal.throwIfAborted()

  const directory = await mkdtemp(join(tmpdir(), 'sallyport-demo-'))
  const released = tether.directory(directory)
  closers.push(async () => {
    await rm(directory, { recursive: true, force: true, maxRetries: 5 })
    released()
  })
  const ports = await choosePorts(screen)
  await writeFile(join(directory, 'gateway.yaml'), gatewayYaml(ports))
  await writeFile(join(directory, 'agent.yaml'), agentYaml(ports, { port: server.port, database: shop.database }))
  progress(`configuration in ${directory}: gateway.yaml, agent.yaml`)
  const sallyport = (args: readonly string[]): Promise<{ code: number; output: string }> => run([...command, ...args])
  const key = await sallyport(['audit', 'keygen', join(directory, 'audit.key')])
  if (key.code !== 0) throw new DemoError('process-failed', `no key for the audit log: ${key.output}`)

  const secrets = { alice: secret(), agent: secret(), hash: secret() }
  const services = await startServices({ command, directory, ports, shop, secrets, screen }, closers)
  const open = async (config: ConstructorParameters<typeof Client>[0]): Promise<Client> => {
    const client = new Client(config)
    // Once the tour is over a lost connection is no news: the services say themselves that they ended.
    client.on('error', () => {})
    closers.push(() => client.end().catch(() => {}))
    await client.connect()
    return client
  }
  const through = (user: string): Promise<Client> =>
    open({ host: '127.0.0.1', port: ports.postgres, user, password: secrets.alice, database: shop.database })
  const auditDirectory = join(directory, 'audit')
  return {
    tour: {
      screen,
      readonly: await through('shop-readonly'),
      write: await through('shop-write'),
      direct: await open({ connectionString: server.url(shop.database) }),
      auditDirectory,
      sallyport,
    },
    ports,
    token: secrets.alice,
    database: shop.database,
    auditDirectory,
    services,
  }
}

interface ServicesOptions {
  readonly command: readonly string[]
  readonly directory: string
  readonly ports: DemoPorts
  readonly shop: LoadedShop
  readonly secrets: { readonly alice: string; readonly agent: string; readonly hash: string }
  readonly screen: Screen
}

async function startServices(
  { command, directory, ports, shop, secrets, screen }: ServicesOptions,
  closers: (() => Promise<void>)[],
): Promise<readonly Service[]> {
  // Each side gets its own secrets only: the gateway never sees a password of the database.
  const gateway = startService({
    name: 'gateway',
    command: [...command, 'gateway', '--config', join(directory, 'gateway.yaml')],
    env: { ALICE_TOKEN: secrets.alice, AGENT_TOKEN: secrets.agent },
    cwd: directory,
    readyUrl: `http://127.0.0.1:${ports.gatewayHttp}/readyz`,
  })
  const agent = startService({
    name: 'agent',
    command: [...command, 'agent', '--config', join(directory, 'agent.yaml')],
    env: {
      AGENT_TOKEN: secrets.agent,
      HASH_KEY: secrets.hash,
      SHOP_READER: shop.reader.user,
      SHOP_READER_PASSWORD: shop.reader.password,
      SHOP_WRITER: shop.writer.user,
      SHOP_WRITER_PASSWORD: shop.writer.password,
    },
    cwd: directory,
    readyUrl: `http://127.0.0.1:${ports.agentHttp}/readyz`,
  })
  closers.push(async () => {
    await Promise.all([gateway.stop(), agent.stop()])
  })
  await Promise.all([gateway.untilReady(), agent.untilReady()])
  screen.progress(
    `gateway (process ${gateway.pid}) on port ${ports.postgres}, agent (process ${agent.pid}) joined to it`,
  )
  return [gateway, agent]
}

/** The ports of the manual where they are free, others where they are not. */
async function choosePorts(screen: Screen): Promise<DemoPorts> {
  const choose = async (wanted: number): Promise<number> => {
    if (await isPortFree(wanted)) return wanted
    const port = await freePort()
    screen.say(`Port ${wanted} is busy, so this uses ${port}.`)
    return port
  }
  return {
    postgres: await choose(15_432),
    gatewayHttp: await choose(8700),
    tunnel: await choose(8701),
    agentHttp: await choose(8702),
  }
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
