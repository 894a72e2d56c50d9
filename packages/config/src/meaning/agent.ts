import { NO_RULES } from '@sallyport/masking'
import type { Path } from '../document/parse.ts'
import type { AgentSection } from '../shape/agent.ts'
import { bytes, milliseconds } from '../shape/values.ts'
import type { AgentConfig, AgentConnection, ClientTls, Credentials, Target } from '../types.ts'
import { isLoopback, parseAddress } from './addresses.ts'
import type { Context } from './context.ts'
import { functionEffects } from './functions.ts'
import { maskingOf, needsHashKey } from './masking.ts'
import { unique } from './unique.ts'

/** Works out what an `agent:` section means; what is wrong goes to the context, and then the result is good for nothing. */
export function agentConfig(section: AgentSection, context: Context): AgentConfig {
  unique(section.connections, 'connections', [...TOP, 'connections'], context)
  const hashKey = section.masking && context.secret(section.masking.hash_key, [...TOP, 'masking', 'hash_key'])
  if (hashKey !== undefined && hashKey.reveal() !== '' && hashKey.reveal().length < MIN_HASH_KEY) {
    context.problem([...TOP, 'masking', 'hash_key'], `A key shorter than ${MIN_HASH_KEY} characters can be guessed.`)
  }
  return {
    name: section.name,
    gateway: gatewayOf(section, context),
    http: httpOf(section, context),
    masking: { hashKey },
    connections: section.connections.map((connection, index) =>
      connectionOf(connection, hashKey !== undefined, [...TOP, 'connections', index], context),
    ),
    limits: limitsOf(section.limits ?? {}),
    log: { level: section.log?.level ?? 'info' },
  }
}

function gatewayOf({ gateway }: AgentSection, context: Context): AgentConfig['gateway'] {
  const path = [...TOP, 'gateway']
  const addresses = typeof gateway.address === 'string' ? [gateway.address] : gateway.address
  let remote = false
  for (const [index, text] of addresses.entries()) {
    const here = typeof gateway.address === 'string' ? [...path, 'address'] : [...path, 'address', index]
    const address = parseAddress(text, here, context)
    if (address.port === 0) context.problem(here, 'Port 0 cannot be dialled.')
    if (addresses.indexOf(text) < index) context.problem(here, `The address ${text} is listed twice.`)
    remote ||= !isLoopback(address)
  }
  const { tls } = gateway
  if (gateway.token === undefined && tls?.cert === undefined) {
    context.problem(path, 'The agent needs a token, or a certificate under tls, to prove who it is.')
  }
  return {
    addresses,
    token: gateway.token === undefined ? undefined : context.secret(gateway.token, [...path, 'token']),
    // Beyond loopback there is always TLS; without a section for it, by the system's certificates.
    tls: tls === undefined && !remote ? undefined : clientTls(tls ?? {}, [...path, 'tls'], context),
  }
}

function httpOf({ http }: AgentSection, context: Context): AgentConfig['http'] {
  if (http === undefined) return undefined
  const address = parseAddress(http, [...TOP, 'http'], context)
  if (!isLoopback(address)) {
    context.problem(
      [...TOP, 'http'],
      `${address.host} can be reached from other machines; the agent's health and metrics are for loopback only.`,
    )
  }
  return address
}

type WrittenConnection = AgentSection['connections'][number]

function connectionOf(written: WrittenConnection, hasKey: boolean, path: Path, context: Context): AgentConnection {
  const masking = written.floor?.masking === undefined ? NO_RULES : maskingOf(written.floor.masking)
  if (needsHashKey(masking) && !hasKey) {
    context.problem([...path, 'floor', 'masking'], 'The strategy hash needs a key under agent.masking.hash_key.')
  }
  return {
    name: written.name,
    engine: written.engine,
    target: targetOf(written, [...path, 'target'], context),
    credentials: credentialsOf(written.credentials, context),
    floor: {
      readOnly: written.floor?.read_only ?? false,
      statementTimeoutMs: milliseconds(written.floor?.statement_timeout ?? 0),
      masking,
    },
    functions: functionEffects(written.functions, [...path, 'functions'], context),
  }
}

function targetOf({ engine, target }: WrittenConnection, path: Path, context: Context): Target {
  const { host, port, database, tls } = target
  if (database === undefined && engine === 'postgres') context.problem(path, 'A PostgreSQL target needs a database.')
  const { ca, own } = clientTls(target, path, context)
  if (tls === 'disable' && (ca !== undefined || own !== undefined)) {
    context.problem([...path, 'tls'], 'Certificates are given, but TLS is switched off.')
  }
  if (tls === 'require' && ca !== undefined) {
    context.problem(
      [...path, 'tls'],
      'With tls: require no certificate is verified, so ca has no use; take verify-ca or verify-full.',
    )
  }
  return { host, port: port ?? DEFAULT_PORTS[engine], database: database ?? '', tls: tls ?? 'verify-full', ca, own }
}

interface WrittenClientTls {
  readonly ca?: string | undefined
  readonly cert?: string | undefined
  readonly key?: string | undefined
  readonly server_name?: string | undefined
}

function clientTls(
  { ca, cert, key, server_name: serverName }: WrittenClientTls,
  path: Path,
  context: Context,
): ClientTls {
  return {
    ca: ca === undefined ? undefined : context.text(ca, [...path, 'ca']),
    own:
      cert === undefined || key === undefined
        ? undefined
        : { cert: context.text(cert, [...path, 'cert']), key: context.secret(key, [...path, 'key']) },
    serverName,
  }
}

function credentialsOf({ env, file, exec }: WrittenConnection['credentials'], context: Context): Credentials {
  if (env !== undefined) return { source: 'env', user: env.user, password: env.password }
  if (typeof file === 'string') return { source: 'file', json: context.resolve(file) }
  if (file !== undefined) {
    return {
      source: 'files',
      user: file.user_file === undefined ? { name: file.user ?? '' } : { file: context.resolve(file.user_file) },
      password: file.password_file === undefined ? undefined : context.resolve(file.password_file),
    }
  }
  const [program = '', ...rest] = exec?.command ?? []
  return { source: 'exec', command: [program, ...rest], timeoutMs: milliseconds(exec?.timeout ?? '10s') }
}

function limitsOf(limits: NonNullable<AgentSection['limits']>): AgentConfig['limits'] {
  return {
    maskedRowBytes: bytes(limits.masked_row_bytes ?? '64MiB'),
    messageBytes: bytes(limits.message_bytes ?? '64MiB'),
    statementBytes: bytes(limits.statement_bytes ?? '1MiB'),
    sessions: limits.sessions ?? 1000,
    bufferBytes: bytes(limits.buffer_bytes ?? '1MiB'),
    connectTimeoutMs: milliseconds(limits.connect_timeout ?? '10s'),
    credentialsTimeoutMs: milliseconds(limits.credentials_timeout ?? '10s'),
    catalogTtlMs: milliseconds(limits.catalog_ttl ?? '60s'),
    drainTimeoutMs: milliseconds(limits.drain_timeout ?? '30s'),
  }
}

const TOP: Path = ['agent']

const DEFAULT_PORTS: Readonly<Record<WrittenConnection['engine'], number>> = { postgres: 5432, mysql: 3306 }

/** Characters of the key of the strategy `hash`. */
const MIN_HASH_KEY = 16
