import { CLIENT, commonCapabilities, spoken, type Capabilities } from '@sallyport/mysql-wire'
import { mysqlServerVersion } from '@sallyport/sql'
import type { AttachedAgent } from '@sallyport/tunnel'

/** What the greeting says of the server, before anybody knows which one it will be. */
export interface ServerLook {
  readonly version: string
  readonly capabilities: Capabilities
  /** The default collation's number. */
  readonly collation: number
}

/**
 * What agents have told of the servers behind the connections. A server says what it speaks before it knows who comes, and so must the gateway: it says what
 * all of its servers have in common. What was learned is remembered: an agent that leaves has not changed its database.
 */
export class LearnedServers {
  readonly #known = new Map<string, ServerLook>()

  /** Takes up what an agent announces now. */
  learn({ name, connections }: Pick<AttachedAgent, 'name' | 'connections'>): void {
    for (const offer of connections) {
      const look = offer.engine === 'mysql' ? lookOf(offer.capabilities) : undefined
      if (look !== undefined) this.#known.set(`${name}\0${offer.name}`, look)
    }
  }

  /** What the servers of these connections have in common; `otherwise` is said where nothing is known. */
  common(connections: readonly { readonly name: string; readonly agent: string }[], otherwise: string): ServerLook {
    const looks = connections.flatMap(({ name, agent }) => this.#known.get(`${agent}\0${name}`) ?? [])
    const [first, ...others] = looks
    if (first === undefined) return { version: otherwise, capabilities: CONSERVATIVE, collation: DEFAULT_COLLATION }
    const flavours = new Set(looks.map(({ version }) => mysqlServerVersion(version)?.flavour))
    const shared = others.reduce((sum, { capabilities }) => commonCapabilities(sum, capabilities), first.capabilities)
    const allMaria = flavours.size === 1 && flavours.has('mariadb')
    // MariaDB leaves this bit out to say that it has capabilities of its own; whoever has none says that it is MySQL.
    const flags = allMaria ? shared.flags & ~CLIENT.LONG_PASSWORD : shared.flags | CLIENT.LONG_PASSWORD
    return {
      version: flavours.size === 1 && !flavours.has(undefined) ? lowest(looks).version : otherwise,
      capabilities: { flags: flags >>> 0, extended: allMaria ? shared.extended : 0 },
      collation: first.collation,
    }
  }
}

function lookOf(capabilities: readonly string[]): ServerLook | undefined {
  const facts = new Map(
    capabilities.map((text): [string, string] => {
      const at = text.indexOf('=')
      return [text.slice(0, at), text.slice(at + 1)]
    }),
  )
  const version = facts.get('server.version') ?? ''
  const flags = uint32(facts.get('server.capabilities'))
  const collation = uint32(facts.get('server.collation'))
  // A greeting is a C string of a server that says what it speaks; anything else is not repeated to clients.
  if (flags === undefined || !/^[\x21-\x7E]{1,80}$/.test(version)) return undefined
  return {
    version,
    capabilities: { flags, extended: uint32(facts.get('server.mariadb-capabilities')) ?? 0 },
    collation: collation !== undefined && collation <= 0xff ? collation : DEFAULT_COLLATION,
  }
}

function uint32(text: string | undefined): number | undefined {
  const value = text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN
  return value <= 0xffff_ffff ? value : undefined
}

function lowest(looks: readonly ServerLook[]): ServerLook {
  const number = ({ version }: ServerLook): number => mysqlServerVersion(version)?.version ?? 0
  return looks.reduce((least, look) => (number(look) < number(least) ? look : least))
}

/** What every server since MySQL 5.7 and MariaDB 10.2 speaks. */
const CONSERVATIVE: Capabilities = {
  flags:
    (spoken({ localFiles: true, tls: false, compression: { zlib: false, zstd: false } }).flags &
      ~(CLIENT.OPTIONAL_RESULTSET_METADATA | CLIENT.QUERY_ATTRIBUTES)) >>>
    0,
  extended: 0,
}
/** utf8mb4_general_ci, which both servers know. */
const DEFAULT_COLLATION = 45
