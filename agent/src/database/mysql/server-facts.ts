import type { Capabilities, Handshake } from '@sallyport/mysql-wire'
import { type MysqlSettings, mysqlServerVersion } from '@sallyport/sql'

/** What a server says of itself before anybody has logged in. */
export interface ServerFacts {
  /** As it calls itself, without the 5.5.5 that MariaDB puts in front for clients of old. */
  readonly version: string
  /** Everything it offers. */
  readonly capabilities: Capabilities
  /** The number of its default collation. */
  readonly collation: number
  readonly reading: Pick<MysqlSettings, 'flavour' | 'version'>
}

/** The facts of a greeting. */
export function serverFacts({ serverVersion, capabilities, characterSet }: Handshake): ServerFacts {
  const version = serverVersion.replace(/^5\.5\.5-(?=\d+\.\d+\.\d+.*mariadb)/iu, '')
  return {
    version,
    capabilities,
    collation: characterSet,
    // A version that is none is read as the oldest: what only newer servers take is refused then.
    reading: mysqlServerVersion(serverVersion) ?? { flavour: 'mysql', version: 0 },
  }
}

/** The facts as capabilities of a connection on offer, for the gateway's greeting; see the README. */
export function announced({ version, capabilities, collation }: ServerFacts): readonly string[] {
  return [
    `server.version=${version}`,
    `server.capabilities=${capabilities.flags}`,
    `server.mariadb-capabilities=${capabilities.extended}`,
    `server.collation=${collation}`,
  ]
}
