import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createSigningKey, verifyDirectory, type DirectoryVerification } from '@sallyport/audit-file'
import { EFFECTS } from '@sallyport/core'
import { freePort } from '@sallyport/demo'
import { temporaryDirectory } from './directory.ts'
import { mysqlGreeting } from './mysql-wire.ts'
import { runProcess, startProcess, type SupervisedProcess } from './process.ts'
import { until } from './wait-for.ts'

/** A connection of the gateway, and what is behind it. The rest of its configuration is filled in. */
export interface TestConnection {
  readonly name: string
  /** PostgreSQL unless given; `mysql` is MariaDB, too. */
  readonly engine?: 'postgres' | 'mysql'
  /** Rule sets; none unless given. */
  readonly guardrails?: readonly unknown[]
  /** Columns to mask. */
  readonly columns?: readonly Record<string, unknown>[]
  readonly target: {
    readonly host: string
    readonly port: number
    readonly database: string
    readonly [more: string]: unknown
  }
  readonly user: string
  readonly password: string
  readonly floor?: Record<string, unknown>
  readonly functions?: Record<string, unknown>
  readonly allowFunctionCall?: boolean
  readonly allowLocalInfile?: boolean
}

export interface SallyportOptions {
  readonly connections: readonly TestConnection[]
  /** Names of agents; all of them are the same agent to the gateway. */
  readonly agents?: number
  /** More keys for the section `gateway`. */
  readonly gateway?: Record<string, unknown>
  /** More keys for the section `agent`. */
  readonly agent?: Record<string, unknown>
  /** Rule sets by name. */
  readonly guardrails?: Record<string, unknown>
  /** The agent's side of TLS in the tunnel. */
  readonly agentTls?: Record<string, unknown>
  /** Files beside the configuration, by name: certificates and keys. */
  readonly files?: Readonly<Record<string, string>>
  /** False where the database is down, and its version need not be known before the tests begin. */
  readonly learns?: boolean
  /** Where clients connect; loopback unless given. */
  readonly listenHost?: string
  /** The directory of the audit log, where it must be a special one. */
  readonly auditDirectory?: string
}

/** A rule set that lets everything pass, even what cannot be told: for tests of anything but guardrails. */
export const ANYTHING: Readonly<Record<'anything', readonly unknown[]>> = {
  anything: [{ id: 'anything', allow: { effects: EFFECTS } }],
}

/** A gateway and its agents, each a process of its own, as a user runs them. */
export interface TestSallyport {
  readonly host: string
  /** Where PostgreSQL clients connect. */
  readonly port: number
  /** Where MySQL clients connect, when a connection is for them. */
  readonly mysqlPort: number
  readonly http: string
  /** The password for every connection. */
  readonly token: string
  readonly subject: string
  readonly directory: string
  readonly auditDirectory: string
  readonly gatewayFile: string
  readonly gateway: SupervisedProcess
  readonly agents: readonly SupervisedProcess[]
  /** What is at a path of the gateway's HTTP listener. */
  fetch(path: string): Promise<{ readonly status: number; readonly text: string }>
  startAgent(): Promise<SupervisedProcess>
  verifyAudit(): Promise<DirectoryVerification>
  stop(): Promise<void>
}

/** Starts a gateway and its agents, and resolves when the gateway says that it is ready. */
export async function startSallyport(options: SallyportOptions): Promise<TestSallyport> {
  const directory = await temporaryDirectory('gateway')
  const [port, mysqlPort, tunnel, http] = [await freePort(), await freePort(), await freePort(), await freePort()]
  const auditDirectory = options.auditDirectory ?? join(directory.path, 'audit')
  await mkdir(auditDirectory, { recursive: true })
  const gatewayFile = join(directory.path, 'gateway.yaml')
  const agentFile = join(directory.path, 'agent.yaml')
  createSigningKey(join(directory.path, 'audit.key'))
  for (const [name, text] of Object.entries(options.files ?? {})) {
    await writeFile(join(directory.path, name), text, { mode: 0o600 })
  }
  // JSON is YAML.
  await writeFile(
    gatewayFile,
    JSON.stringify({ gateway: gatewaySection(options, { port, mysqlPort, tunnel, http, auditDirectory }) }, null, 2),
  )
  await writeFile(agentFile, JSON.stringify({ agent: agentSection(options, tunnel) }, null, 2))
  const env = {
    ...PREPARED,
    SALLYPORT_TEST_TOKEN: TOKEN,
    SALLYPORT_TEST_AGENT: 'an-agent-token-for-tests',
    ...Object.fromEntries(
      options.connections.flatMap(({ user, password }, index) => [
        [`DB_USER_${index}`, user],
        [`DB_PASSWORD_${index}`, password],
      ]),
    ),
  }
  const running: SupervisedProcess[] = []
  const start = async (side: 'gateway' | 'agent', file: string): Promise<SupervisedProcess> => {
    const child = await startProcess({ command: process.execPath, args: [SALLYPORT, side, '--config', file], env })
    running.push(child)
    await child.says(/is ready: /)
    return child
  }
  const stop = async (): Promise<void> => {
    await Promise.all(running.map((child) => child.stop()))
    await rm(auditDirectory, { recursive: true, force: true })
    await directory.remove()
  }
  const fetchPath = async (path: string): Promise<{ readonly status: number; readonly text: string }> => {
    const response = await fetch(`http://127.0.0.1:${http}${path}`)
    return { status: response.status, text: await response.text() }
  }
  try {
    const gateway = await start('gateway', gatewayFile)
    const agents: SupervisedProcess[] = []
    for (let index = 0; index < (options.agents ?? 1); index++) agents.push(await start('agent', agentFile))
    const learns = options.learns !== false && options.connections.some(({ engine }) => engine === 'mysql')
    const ready = async (): Promise<boolean> =>
      (await fetchPath('/readyz')).status === 200 &&
      // Until an agent has told of its server, the gateway says a version of its own.
      (!learns || !(await mysqlGreeting(mysqlPort)).serverVersion.includes('sallyport'))
    await until(ready, { what: 'the readiness of the gateway', timeoutMs: READY_MS, intervalMs: 20 }).catch((cause) => {
      throw new Error(`the gateway did not become ready:\n${running.map((child) => child.output()).join('\n')}`, {
        cause,
      })
    })
    return {
      host: '127.0.0.1',
      port,
      mysqlPort,
      http: `http://127.0.0.1:${http}`,
      token: TOKEN,
      subject: SUBJECT,
      directory: directory.path,
      auditDirectory,
      gatewayFile,
      gateway,
      agents,
      fetch: fetchPath,
      startAgent: () => start('agent', agentFile),
      verifyAudit: () => verifyDirectory(auditDirectory),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Every record of an audit log so far, in order. */
export async function readAudit(directory: string): Promise<readonly Record<string, unknown>[]> {
  const segments = (await readdir(directory)).filter((name) => name.endsWith('.jsonl')).toSorted()
  const texts = await Promise.all(segments.map((name) => readFile(join(directory, name), 'utf8')))
  return texts
    .join('')
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

/** Runs one command line of `sallyport` to its end. */
export function sallyport(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ReturnType<typeof runProcess> {
  return runProcess({ command: process.execPath, args: [SALLYPORT, ...args], env: { ...PREPARED, ...env } })
}

interface Place {
  readonly port: number
  readonly mysqlPort: number
  readonly tunnel: number
  readonly http: number
  readonly auditDirectory: string
}

function gatewaySection(
  { connections, gateway, guardrails, listenHost = '127.0.0.1' }: SallyportOptions,
  place: Place,
): Record<string, unknown> {
  return {
    listen: {
      postgres: `${listenHost}:${place.port}`,
      ...(connections.some(({ engine }) => engine === 'mysql') ? { mysql: `${listenHost}:${place.mysqlPort}` } : {}),
      tunnel: `127.0.0.1:${place.tunnel}`,
      http: `127.0.0.1:${place.http}`,
    },
    identity: { tokens: [{ token: 'env:SALLYPORT_TEST_TOKEN', subject: SUBJECT, groups: ['dev'] }] },
    agents: [{ name: 'local', token: 'env:SALLYPORT_TEST_AGENT' }],
    connections: connections.map((connection) => ({
      name: connection.name,
      engine: connection.engine ?? 'postgres',
      agent: 'local',
      access: { groups: ['dev'] },
      guardrails: connection.guardrails ?? [],
      ...(connection.columns === undefined ? {} : { masking: connection.name }),
      ...(connection.functions === undefined ? {} : { functions: connection.functions }),
      ...(connection.allowFunctionCall === true ? { allow_function_call: true } : {}),
      ...(connection.allowLocalInfile === true ? { allow_local_infile: true } : {}),
    })),
    ...(guardrails === undefined ? {} : { guardrails }),
    masking: Object.fromEntries(
      connections.flatMap(({ name, columns }) => (columns === undefined ? [] : [[name, { columns }]])),
    ),
    audit: { dir: place.auditDirectory, signing_key: 'file:audit.key' },
    log: { level: 'debug' },
    ...gateway,
  }
}

function agentSection({ connections, agent, agentTls }: SallyportOptions, tunnel: number): Record<string, unknown> {
  return {
    name: 'local',
    gateway: {
      address: `127.0.0.1:${tunnel}`,
      token: 'env:SALLYPORT_TEST_AGENT',
      ...(agentTls === undefined ? {} : { tls: agentTls }),
    },
    connections: connections.map(({ name, engine, target, floor, functions }, index) => ({
      name,
      engine: engine ?? 'postgres',
      target: { tls: 'disable', ...target },
      credentials: { env: { user: `DB_USER_${index}`, password: `DB_PASSWORD_${index}` } },
      ...(floor === undefined ? {} : { floor }),
      ...(functions === undefined ? {} : { functions }),
    })),
    log: { level: 'debug' },
    ...agent,
  }
}

const SALLYPORT = fileURLToPath(new URL('../../packages/cli/bin/sallyport.mjs', import.meta.url))
// What npm test does before the tests.
const PREPARED = { SALLYPORT_PREPARED: '1' }
const TOKEN = 'a-token-for-tests-0123456789'
const SUBJECT = 'alice@example.com'
const READY_MS = 20_000
