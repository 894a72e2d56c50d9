import { type Attribute, type Capabilities, CLIENT, spoken } from '@sallyport/mysql-wire'
import { AgentError } from '../../errors.ts'
import type { ServerFacts } from './server-facts.ts'

/** What a session starts with, from those who have a say in it. */
export interface SessionWishes {
  /** What the gateway passed on of the client's start; see the README. */
  readonly startup: ReadonlyMap<string, string>
  /** What no gateway can relax. 0 is no time-out. */
  readonly floor: { readonly readOnly: boolean; readonly statementTimeoutMs: number }
  /** From the gateway's policy. 0 is no time-out. */
  readonly statementTimeoutMs: number
  /** From the gateway's policy: a session without traffic is ended by it. 0 is never. */
  readonly idleTimeoutMs: number
  readonly subject: string
  /** What the client calls itself. */
  readonly application: string
  /** The schema where the client names none; '' for none. */
  readonly schema: string
}

/** How a session begins. */
export interface SessionSettings {
  /** '' for none. */
  readonly schema: string
  readonly capabilities: Capabilities
  readonly collation: number
  readonly attributes: readonly Attribute[]
  readonly readOnly: boolean
  /** The shortest of all; 0 is none. */
  readonly statementTimeoutMs: number
  readonly idleTimeoutMs: number
}

/** Puts client, policy and floor together. Throws AgentError `refused-startup` for what no client may send. */
export function sessionSettings(wishes: SessionWishes): SessionSettings {
  const { startup, floor } = wishes
  const timeouts = [floor.statementTimeoutMs, wishes.statementTimeoutMs].filter((ms) => ms > 0)
  const asked = startup.get('database') ?? ''
  return {
    schema: asked === '' ? wishes.schema : asked,
    capabilities: sessionCapabilities(startup),
    collation: number(startup, 'collation', 0),
    attributes: attributesOf(wishes),
    readOnly: floor.readOnly,
    statementTimeoutMs: timeouts.length === 0 ? 0 : Math.min(...timeouts),
    idleTimeoutMs: wishes.idleTimeoutMs,
  }
}

/**
 * What the session must speak: exactly what client and gateway agreed on. What only matters while a session begins is the agent's own business,
 * and compression and TLS are of each connection.
 */
function sessionCapabilities(startup: ReadonlyMap<string, string>): Capabilities {
  const upper = spoken({ localFiles: true, tls: false, compression: { zlib: false, zstd: false } })
  const flags = number(startup, 'capabilities', upper.flags & ~CLIENT.LOCAL_FILES)
  const extended = number(startup, 'mariadb_capabilities', 0)
  return {
    flags: ((flags & upper.flags & ~START_FLAGS) | OWN_START_FLAGS) >>> 0,
    extended: (extended & upper.extended) >>> 0,
  }
}

/** Throws AgentError `server-changed` when a server does not speak what client and gateway agreed on. */
export function checkCapabilities(settings: SessionSettings, agreed: Capabilities, server: ServerFacts): void {
  const missing = (settings.capabilities.flags & ~agreed.flags & ~START_FLAGS) >>> 0
  const missingExtended = (settings.capabilities.extended & ~agreed.extended) >>> 0
  if (missing === 0 && missingExtended === 0) return
  throw new AgentError(
    'server-changed',
    `${server.version} does not speak the capabilities 0x${missing.toString(16)} and 0x${missingExtended.toString(16)}`,
  )
}

function attributesOf({ startup, subject, application }: SessionWishes): readonly Attribute[] {
  const attributes: Attribute[] = [
    { name: '_sallyport_user', value: cut(subject) },
    { name: 'program_name', value: cut(`sallyport:${subject} ${application}`.trimEnd()) },
  ]
  let bytes = 0
  for (const [key, value] of startup) {
    if (!key.startsWith(ATTRIBUTE)) continue
    const name = key.slice(ATTRIBUTE.length)
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value)
    // The user's name comes from the gateway's proof, not from what a client says of itself.
    if (name === 'program_name' || name.startsWith('_sallyport') || bytes > MAX_ATTRIBUTE_BYTES) continue
    attributes.push({ name, value })
  }
  return attributes
}

function cut(text: string): string {
  return text.slice(0, MAX_VALUE_LENGTH)
}

function number(startup: ReadonlyMap<string, string>, key: string, otherwise: number): number {
  const text = startup.get(key)
  if (text === undefined) return otherwise
  const value = Number(text)
  if (/^\d{1,10}$/u.test(text) && value <= 0xffff_ffff) return value
  throw new AgentError('refused-startup', `a session may not start with such a "${key}"`)
}

/** Flags that say how a session begins, and nothing of what comes after. */
const START_FLAGS =
  CLIENT.LONG_PASSWORD |
  CLIENT.CONNECT_WITH_DB |
  CLIENT.COMPRESS |
  CLIENT.ZSTD_COMPRESSION_ALGORITHM |
  CLIENT.SSL |
  CLIENT.SSL_VERIFY_SERVER_CERT |
  CLIENT.SECURE_CONNECTION |
  CLIENT.RESERVED |
  CLIENT.PLUGIN_AUTH |
  CLIENT.PLUGIN_AUTH_LENENC_CLIENT_DATA |
  CLIENT.CONNECT_ATTRS |
  CLIENT.REMEMBER_OPTIONS |
  CLIENT.ODBC |
  CLIENT.IGNORE_SIGPIPE |
  CLIENT.INTERACTIVE |
  CLIENT.NO_SCHEMA |
  CLIENT.LONG_FLAG |
  CLIENT.TRANSACTIONS

/** Those that the agent begins with; without LONG_PASSWORD a MariaDB tells its own capabilities. */
const OWN_START_FLAGS =
  CLIENT.CONNECT_WITH_DB |
  CLIENT.SECURE_CONNECTION |
  CLIENT.RESERVED |
  CLIENT.PLUGIN_AUTH |
  CLIENT.PLUGIN_AUTH_LENENC_CLIENT_DATA |
  CLIENT.CONNECT_ATTRS |
  CLIENT.LONG_FLAG |
  CLIENT.TRANSACTIONS

const ATTRIBUTE = 'attribute.'
const MAX_ATTRIBUTE_BYTES = 16 * 1024
const MAX_VALUE_LENGTH = 256
