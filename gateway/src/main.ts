import { createHash, randomBytes } from 'node:crypto'
import { openAuditLog, readSigningKey, type AuditLog } from '@sallyport/audit-file'
import { changedKeys, type GatewayConfig, type KnownAgentConfig } from '@sallyport/config'
import type { Clock } from '@sallyport/core'
import { authenticateKnown, listenTunnel, type KnownAgent, type ServerTls, type TunnelServer } from '@sallyport/tunnel'
import type { Logger } from 'pino'
import { createMysqlInspector } from './guard/mysql/inspector.ts'
import { createInspector } from './guard/postgres/inspector.ts'
import { passwordKey } from './identity/password-key.ts'
import { listenHttp } from './http/server.ts'
import { listen } from './listener/listener.ts'
import { serveMysql } from './listener/mysql.ts'
import { servePostgres } from './listener/postgres.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { compileRuntime, type Runtime } from './runtime.ts'
import { LearnedServers } from './session/mysql/learned-servers.ts'
import { Threads } from './session/mysql/threads.ts'
import { Logins } from './session/logins.ts'
import { SessionRegistry } from './session/registry.ts'
import { VERSION } from './version.ts'

export interface GatewayPort {
  readonly logger: Logger
  readonly clock: Clock
}

/** A gateway at work. */
export interface RunningGateway {
  readonly addresses: {
    readonly postgres: Bound | undefined
    readonly mysql: Bound | undefined
    readonly http: Bound | undefined
    readonly tunnel: Bound
  }
  /** Takes up a new configuration without dropping a session. Throws what is wrong with it, and then keeps the old one. */
  readonly reload: (config: GatewayConfig) => void
  /** Takes no more sessions, lets those that run go on for `limits.drainTimeoutMs`, ends them, and closes the log. */
  readonly close: () => Promise<void>
}

export interface Bound {
  readonly host: string
  readonly port: number
}

/** Starts a gateway: the composition root. Throws when an address is busy, the log cannot be opened or the policy is wrong. */
export async function startGateway(config: GatewayConfig, { logger, clock }: GatewayPort): Promise<RunningGateway> {
  let runtime: Runtime = compileRuntime(config)
  const metrics = createMetrics()
  const log = await openAuditLog({
    directory: config.audit.dir,
    signingKey: readSigningKey(config.audit.signingKeyFile),
    clock,
    gateway: config.name,
    rotateBytes: config.audit.rotateBytes,
    checkpointIntervalMs: config.audit.checkpointIntervalMs,
    maxPendingBytes: config.audit.pendingBytes,
  })
  const opened: (() => Promise<void>)[] = [() => log.close()]
  try {
    recordConfiguration(log, config, 'start', [])
    const servers = new LearnedServers()
    const tunnel = await openTunnel(config, {
      log,
      logger,
      clock,
      metrics,
      servers,
      agents: () => runtime.config.agents,
    })
    opened.push(() => tunnel.close({ drainMs: 0 }))
    const registry = new SessionRegistry(() => runtime.config.limits)
    const logins = new Logins(() => runtime.config.limits.logins)
    const service = { runtime: () => runtime, registry, tunnel, log, metrics, clock, logger, logins }

    const { statementBytes } = config.limits
    const inspector = await createInspector(statementBytes)
    opened.push(() => inspector.close())
    const postgres =
      config.listen.postgres &&
      (await listen({
        ...config.listen.postgres,
        onConnection: (socket) => void servePostgres(socket, { ...service, inspector }),
      }))
    if (postgres !== undefined) opened.push(() => postgres.close())
    const mysqlInspector = createMysqlInspector(statementBytes)
    opened.push(() => mysqlInspector.close())
    const mysqlService = {
      ...service,
      inspector: mysqlInspector,
      servers,
      threads: new Threads(),
      rsa: await passwordKey(),
    }
    const mysql =
      config.listen.mysql &&
      (await listen({ ...config.listen.mysql, onConnection: (socket) => void serveMysql(socket, mysqlService) }))
    if (mysql !== undefined) opened.push(() => mysql.close())
    const http =
      config.listen.http &&
      (await listenHttp({
        ...config.listen.http,
        registry: metrics.registry,
        unready: () => unready(runtime, log, tunnel, stopping),
      }))
    if (http !== undefined) opened.push(() => http.close())
    const sweep = setInterval(() => endIdleSessions(registry, runtime, clock), IDLE_SWEEP_MS)
    let stopping = false

    return {
      addresses: { postgres: bound(postgres), mysql: bound(mysql), http: bound(http), tunnel: tunnel.address },
      reload: (next) => {
        const compiled = compileRuntime(next)
        const changed = changedKeys(runtime.config, next)
        recordConfiguration(log, next, 'file', changed)
        runtime = compiled
        const tls = tunnelTlsOf(next)
        if (changed.includes('tunnelTls') && tls !== undefined) tunnel.replaceTls(tls)
        const later = changed.filter((key) => STARTED_WITH.has(key))
        if (later.length > 0) logger.warn({ keys: later }, 'these keys take effect when the gateway starts again')
      },
      close: async () => {
        if (stopping) return
        stopping = true
        clearInterval(sweep)
        void postgres?.close()
        void mysql?.close()
        logins.abortAll(new Error('the gateway is shutting down'))
        await drain(registry, runtime.config.limits.drainTimeoutMs)
        for (const close of opened.toReversed()) await close()
      },
    }
  } catch (error) {
    for (const close of opened.toReversed()) await close()
    throw error
  }
}

function openTunnel(
  config: GatewayConfig,
  {
    log,
    logger,
    clock,
    metrics,
    servers,
    agents,
  }: GatewayPort & {
    readonly log: AuditLog
    readonly metrics: Metrics
    readonly servers: LearnedServers
    readonly agents: () => readonly KnownAgentConfig[]
  },
): Promise<TunnelServer> {
  const { tunnel } = config.listen
  const tls = tunnelTlsOf(config)
  return listenTunnel({
    ...tunnel,
    gateway: config.name,
    version: VERSION,
    ...(tls === undefined ? {} : { tls }),
    // Asked anew for every agent, so that a reload admits and turns away.
    authenticate: (shown) => authenticateKnown(agents().map(knownAgent))(shown),
    clock,
    randomBytes,
    onAttach: ({ name, peer, version, connections }) => {
      servers.learn({ name, connections })
      logger.info({ agent: name, peer, version }, 'agent attached')
      metrics.agents.inc({ agent: name })
      quietly(() =>
        log.append({
          type: 'agent-attach',
          agent: name,
          source: peer,
          version,
          connections: connections.map((offer) => offer.name),
        }),
      )
    },
    onDetach: ({ name, peer, connections }, { code, message }) => {
      servers.learn({ name, connections })
      logger.info({ agent: name, peer, code, message }, 'agent detached')
      metrics.agents.dec({ agent: name })
      quietly(() => log.append({ type: 'agent-detach', agent: name, source: peer, reason: code }))
    },
    onRefused: ({ peer, message }) => logger.warn({ peer, message }, 'agent refused'),
  })
}

function knownAgent({ name, token, certificateSubject }: KnownAgentConfig): KnownAgent {
  return {
    name,
    ...(token === undefined ? {} : { token: token.reveal() }),
    ...(certificateSubject === undefined ? {} : { certificateSubject }),
  }
}

function tunnelTlsOf({ tunnelTls }: GatewayConfig): ServerTls | undefined {
  if (tunnelTls === undefined) return undefined
  const { cert, key, clientCa } = tunnelTls
  return { cert, key: key.reveal(), ...(clientCa === undefined ? {} : { clientCa }) }
}

/** Why traffic should go elsewhere. */
function unready({ config }: Runtime, log: AuditLog, tunnel: TunnelServer, stopping: boolean): readonly string[] {
  const { healthy, problem } = log.status()
  const attached = new Set(
    tunnel
      .agents()
      .filter(({ draining }) => !draining)
      .map(({ name }) => name),
  )
  const missing = new Set(config.connections.map(({ agent }) => agent).filter((agent) => !attached.has(agent)))
  return [
    ...(stopping ? ['shutting down'] : []),
    ...(healthy ? [] : [`audit log: ${problem ?? 'unhealthy'}`]),
    ...[...missing].map((agent) => `agent ${agent}: not attached`),
  ]
}

function recordConfiguration(
  log: AuditLog,
  config: GatewayConfig,
  source: 'start' | 'file',
  changed: readonly string[],
): void {
  const digest = createHash('sha256').update(JSON.stringify(config)).digest('hex')
  log.append({ type: 'configuration-change', result: 'applied', digest, source, changed })
}

function endIdleSessions(registry: SessionRegistry, { config }: Runtime, clock: Clock): void {
  const { idleTimeoutMs } = config.limits
  if (idleTimeoutMs === 0) return
  const nowMs = clock.monotonicMs()
  for (const session of registry) {
    const sinceMs = session.idleSinceMs()
    if (sinceMs !== undefined && nowMs - sinceMs > idleTimeoutMs) session.kill('idle')
  }
}

async function drain(registry: SessionRegistry, drainMs: number): Promise<void> {
  const until = Date.now() + drainMs
  while (registry.size > 0 && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, DRAIN_POLL_MS))
  for (const session of registry) session.kill('shutdown')
}

/** What the log cannot take now it keeps, or counts as lost; see its status. */
function quietly(record: () => void): void {
  try {
    record()
  } catch {
    // The event has happened; there is nobody to refuse it to.
  }
}

function bound(
  listener: { readonly address: { readonly address: string; readonly port: number } } | undefined,
): Bound | undefined {
  return listener && { host: listener.address.address, port: listener.address.port }
}

/** What is opened once; a reload cannot move it. */
const STARTED_WITH: ReadonlySet<string> = new Set(['name', 'listen', 'audit', 'log'])
const IDLE_SWEEP_MS = 1000
const DRAIN_POLL_MS = 50
