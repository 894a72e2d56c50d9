import { NO_RULES, type MaskingRules } from '@sallyport/masking'
import { checkPolicy, type PolicyConfig } from '@sallyport/policy'
import type { Path } from '../document/parse.ts'
import type { GatewaySection } from '../shape/gateway.ts'
import { bytes, milliseconds } from '../shape/values.ts'
import type { GatewayConfig, KnownAgentConfig, TokenConfig } from '../types.ts'
import { isLoopback, parseAddress } from './addresses.ts'
import type { Context } from './context.ts'
import { functionEffects } from './functions.ts'
import { audienceOf, setsOf, setUseOf, writtenKey } from './guardrails.ts'
import { maskingOf } from './masking.ts'
import { unique } from './unique.ts'

/** Works out what a `gateway:` section means; what is wrong goes to the context, and then the result is good for nothing. */
export function gatewayConfig(section: GatewaySection, context: Context): GatewayConfig {
  const listen = listenOf(section, context)
  const tls = section.tls && {
    cert: context.text(section.tls.cert, [...TOP, 'tls', 'cert']),
    key: context.secret(section.tls.key, [...TOP, 'tls', 'key']),
  }
  const tunnelTls = section.tunnel_tls && {
    cert: context.text(section.tunnel_tls.cert, [...TOP, 'tunnel_tls', 'cert']),
    key: context.secret(section.tunnel_tls.key, [...TOP, 'tunnel_tls', 'key']),
    clientCa:
      section.tunnel_tls.client_ca && context.text(section.tunnel_tls.client_ca, [...TOP, 'tunnel_tls', 'client_ca']),
  }
  const policy = policyOf(section, context)
  return {
    name: section.name ?? 'gateway',
    listen,
    tls,
    tunnelTls: tunnelTls ?? (tls && { ...tls, clientCa: undefined }),
    tokens: tokensOf(section, listen, context),
    agents: agentsOf(section, listen, context),
    connections: connectionsOf(section, context),
    policy,
    mysql: { serverVersion: section.mysql?.server_version ?? '8.0.0-sallyport' },
    audit: {
      dir: context.resolve(section.audit.dir),
      signingKeyFile: context.resolve(section.audit.signing_key.slice('file:'.length)),
      rotateBytes: bytes(section.audit.rotate_bytes ?? '64MiB'),
      checkpointIntervalMs: milliseconds(section.audit.checkpoint_interval ?? '1s'),
      pendingBytes: bytes(section.audit.pending_bytes ?? '64MiB'),
    },
    limits: limitsOf(section.limits ?? {}),
    log: { level: section.log?.level ?? 'info' },
  }
}

type Listen = GatewayConfig['listen']

function listenOf({ listen, tls, tunnel_tls: tunnelTls }: GatewaySection, context: Context): Listen {
  const parsed = {
    postgres:
      listen.postgres === undefined
        ? undefined
        : parseAddress(listen.postgres, [...TOP, 'listen', 'postgres'], context),
    mysql: listen.mysql === undefined ? undefined : parseAddress(listen.mysql, [...TOP, 'listen', 'mysql'], context),
    http: listen.http === undefined ? undefined : parseAddress(listen.http, [...TOP, 'listen', 'http'], context),
    tunnel: parseAddress(listen.tunnel, [...TOP, 'listen', 'tunnel'], context),
  }
  for (const [key, address] of Object.entries(parsed)) {
    if (address === undefined || isLoopback(address)) continue
    if (tls !== undefined || (key === 'tunnel' && tunnelTls !== undefined)) continue
    const message = `${address.host} can be reached from other machines, so gateway.tls is required; without it, listen on 127.0.0.1.`
    context.problem([...TOP, 'listen', key], message)
  }
  return parsed
}

function tokensOf({ identity }: GatewaySection, listen: Listen, context: Context): readonly TokenConfig[] {
  const path = [...TOP, 'identity', 'tokens']
  const written = identity.tokens ?? []
  const open = [listen.postgres, listen.mysql, listen.http].find(
    (address) => address !== undefined && !isLoopback(address),
  )
  if (written.length > 0 && open !== undefined) {
    context.problem(
      path,
      `Fixed tokens never expire, so they are for loopback only, and clients reach ${open.host} from elsewhere.`,
    )
  }
  const tokens = written.map(({ token, subject, email, groups, kind }, index) => ({
    token: context.secret(token, [...path, index, 'token']),
    identity: { subject, email, groups: groups ?? [], method: 'token' as const, kind: kind ?? ('human' as const) },
  }))
  const values = tokens.map(({ token }) => token.reveal())
  for (const [index, value] of values.entries()) {
    if (value !== '' && values.indexOf(value) < index) {
      context.problem(
        [...path, index, 'token'],
        `This is the same token as that of ${tokens[values.indexOf(value)]?.identity.subject}.`,
      )
    }
  }
  return tokens
}

function agentsOf(
  { agents, tunnel_tls: tunnelTls }: GatewaySection,
  listen: Listen,
  context: Context,
): readonly KnownAgentConfig[] {
  unique(agents, 'agents', [...TOP, 'agents'], context)
  return agents.map(({ name, token, certificate }, index) => {
    const path = [...TOP, 'agents', index]
    if (certificate !== undefined && tunnelTls?.client_ca === undefined) {
      context.problem(
        [...path, 'certificate'],
        'Certificates of agents are verified with gateway.tunnel_tls.client_ca, and there is none.',
      )
    }
    const secret = token === undefined ? undefined : context.secret(token, [...path, 'token'])
    const length = secret?.reveal().length ?? 0
    if (certificate === undefined && !isLoopback(listen.tunnel) && length > 0 && length < MIN_TOKEN) {
      context.problem([...path, 'token'], `A token that other machines can try has at least ${MIN_TOKEN} characters.`)
    }
    return { name, token: secret, certificateSubject: certificate }
  })
}

/** The connections; what is wrong or unwise about them goes to the context. */
export function connectionsOf(section: GatewaySection, context: Context): GatewayConfig['connections'] {
  const masking = new Map(Object.entries(section.masking ?? {}).map(([name, rules]) => [name, maskingOf(rules)]))
  const agents = section.agents.map(({ name }) => name)
  return section.connections.map((connection, index) => {
    const path = [...TOP, 'connections', index]
    if (connection.access === undefined)
      context.warn([...path, 'name'], 'The connection has no access, so nobody can use it.')
    if (connection.guardrails === undefined) {
      const message =
        'The connection has no guardrails, so it lets pass whatever its credentials allow; write guardrails: [] to mean that.'
      context.warn([...path, 'name'], message)
    }
    if (!agents.includes(connection.agent)) {
      context.problem([...path, 'agent'], `There is no agent ${connection.agent}; there are ${agents.join(', ')}.`)
    }
    return {
      name: connection.name,
      engine: connection.engine,
      agent: connection.agent,
      masking: maskingNamed(connection.masking, masking, [...path, 'masking'], context),
      functions: functionEffects(connection.functions, [...path, 'functions'], context),
      allowFunctionCall: connection.allow_function_call ?? false,
      allowLocalInfile: connection.allow_local_infile ?? false,
    }
  })
}

function maskingNamed(
  name: string | undefined,
  sets: ReadonlyMap<string, MaskingRules>,
  path: Path,
  context: Context,
): MaskingRules {
  if (name === undefined) return NO_RULES
  const rules = sets.get(name)
  if (rules === undefined) {
    const known = sets.size === 0 ? 'none is defined' : `there are ${[...sets.keys()].join(', ')}`
    context.problem(path, `There is no masking set ${name}; ${known}.`)
  }
  return rules ?? NO_RULES
}

/** Access and guardrails; what is wrong with them goes to the context. */
export function policyOf(section: GatewaySection, context: Context): PolicyConfig {
  const policy: PolicyConfig = {
    sets: setsOf(section.guardrails, [...TOP, 'guardrails'], context),
    connections: section.connections.map(({ name, access, guardrails }) => ({
      name,
      access: audienceOf(access),
      guardrails: (guardrails ?? []).map(setUseOf),
    })),
  }
  for (const { message, path } of checkPolicy(policy)) context.problem(pathInFile(path), message)
  return policy
}

/** Where in the file something of a PolicyConfig stands. */
export function pathInFile([part, ...rest]: readonly (string | number)[]): Path {
  const last = rest.at(-1)
  const inFile = typeof last === 'string' ? [...rest.slice(0, -1), writtenKey(last)] : rest
  return [...TOP, part === 'sets' ? 'guardrails' : 'connections', ...inFile]
}

function limitsOf(limits: NonNullable<GatewaySection['limits']>): GatewayConfig['limits'] {
  return {
    messageBytes: bytes(limits.message_bytes ?? '64MiB'),
    statementBytes: bytes(limits.statement_bytes ?? '1MiB'),
    sessions: limits.sessions ?? 1000,
    sessionsPerUser: limits.sessions_per_user ?? 100,
    logins: limits.logins ?? 256,
    pipelinedStatements: limits.pipelined_statements ?? 1000,
    bufferBytes: bytes(limits.buffer_bytes ?? '1MiB'),
    idleTimeoutMs: milliseconds(limits.idle_timeout ?? 0),
    loginTimeoutMs: milliseconds(limits.login_timeout ?? '30s'),
    drainTimeoutMs: milliseconds(limits.drain_timeout ?? '30s'),
    cancelGraceMs: milliseconds(limits.cancel_grace ?? '10s'),
    estimateTimeoutMs: milliseconds(limits.estimate_timeout ?? '10s'),
  }
}

const TOP: Path = ['gateway']

/** Characters of a token that can be tried from other machines. */
const MIN_TOKEN = 16
