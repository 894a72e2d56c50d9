import { loadPolicy, type PolicyAsking, type PolicyConnection, type PolicyFile, type Problem } from '@sallyport/config'
import type { Analysis, Identity } from '@sallyport/core'
import { compilePolicy, type Explanation } from '@sallyport/policy'
import {
  DEFAULT_MARIADB_SETTINGS,
  DEFAULT_MYSQL_SETTINGS,
  DEFAULT_POSTGRES_SETTINGS,
  loadMysql,
  loadPostgres,
  mysqlServerVersion,
  normalisedText,
  type MysqlSettings,
} from '@sallyport/sql'
import { UsageError } from '../command.ts'

/** Says what a gateway with this policy would say, without one. */
export interface Adviser {
  readonly file: PolicyFile
  readonly warnings: readonly Problem[]
  /** The verdict on a text and its reasons. Throws UsageError for a connection or a server that cannot be meant. */
  readonly ask: (asking: PolicyAsking, sql: string) => Promise<Advice>
}

export interface Advice {
  readonly identity: Identity
  readonly engine: string
  readonly at: Date
  readonly explanation: Explanation
  /** Each statement with its literals replaced; empty for a text that cannot be read. */
  readonly normalised: readonly string[]
}

/** Reads a policy from its file. Throws ConfigError. */
export async function openAdviser(path: string): Promise<Adviser> {
  const { config: file, warnings } = await loadPolicy(path)
  const policy = compilePolicy(file.policy)
  let postgres: ReturnType<typeof loadPostgres> | undefined
  const analyse = async (connection: PolicyConnection, asking: PolicyAsking, sql: string): Promise<Analysis> => {
    if (connection.dialect === 'mysql') return loadMysql().analyse(sql, mysqlSettings(connection, asking))
    postgres ??= loadPostgres()
    return (await postgres).analyse(sql, { ...DEFAULT_POSTGRES_SETTINGS, functions: connection.functions })
  }
  return {
    file,
    warnings,
    ask: async (asking, sql) => {
      const connection = connectionNamed(file, asking.connection)
      const identity = identityOf(file, asking)
      const at = asking.at ?? new Date()
      const analysis = await analyse(connection, asking, sql)
      const estimates =
        asking.cost === undefined || !analysis.ok
          ? undefined
          : analysis.statements.map(() => ({ cost: asking.cost ?? 0, rows: 0 }))
      const explanation = policy.explain({ identity, connection: connection.name, analysis, now: at, estimates })
      const ranges = analysis.ok ? analysis.statements.map(({ range }) => range) : []
      const normalised = ranges.map(({ start, end }) => normalisedText(sql.slice(start, end), connection.dialect))
      return { identity, engine: connection.engine, at, explanation, normalised }
    },
  }
}

function connectionNamed({ connections }: PolicyFile, name: string): PolicyConnection {
  const found = connections.find((connection) => connection.name === name)
  if (found !== undefined) return found
  const known = connections.map((connection) => connection.name).join(', ')
  throw new UsageError(`there is no connection ${name}; there are ${known}`)
}

/** Whoever is not known by a fixed token has the groups that are named, and no others. */
function identityOf({ identities }: PolicyFile, { user, groups, kind }: PolicyAsking): Identity {
  const known = identities.find(({ subject }) => subject === user)
  return {
    subject: user,
    email: known?.email,
    groups: groups ?? known?.groups ?? [],
    method: known?.method ?? 'oidc',
    kind: kind ?? known?.kind ?? 'human',
  }
}

function mysqlSettings({ engine, functions }: PolicyConnection, { server, database }: PolicyAsking): MysqlSettings {
  const version = server === undefined ? undefined : mysqlServerVersion(server)
  if (server !== undefined && version === undefined) {
    throw new UsageError(`${server} is no version of a server; write it as the server does, such as 10.11.19-MariaDB`)
  }
  const mariadb = version === undefined ? engine === 'mariadb' : version.flavour === 'mariadb'
  const defaults = mariadb ? DEFAULT_MARIADB_SETTINGS : DEFAULT_MYSQL_SETTINGS
  const listed = [...functions].map(([name, effects]) => [name.toLowerCase(), effects] as const)
  return { ...defaults, ...version, database, functions: new Map([...defaults.functions, ...listed]) }
}
