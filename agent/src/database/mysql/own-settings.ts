import { CLIENT, spoken } from '@sallyport/mysql-wire'
import type { SessionSettings } from './settings.ts'

/** A session of the agent's own, for what `purpose` says. */
export function ownSettings(purpose: string): SessionSettings {
  const { flags } = spoken({ localFiles: false, tls: false, compression: { zlib: false, zstd: false } })
  return {
    schema: '',
    // Texts one by one, rows with their columns, and no news of the session: what is not needed is not spoken.
    capabilities: { flags: (flags & ~NOT_NEEDED) >>> 0, extended: 0 },
    collation: UTF8MB4_GENERAL_CI,
    attributes: [{ name: 'program_name', value: `sallyport ${purpose}` }],
    readOnly: false,
    statementTimeoutMs: 0,
    idleTimeoutMs: 0,
  }
}

const NOT_NEEDED =
  CLIENT.LONG_PASSWORD |
  CLIENT.NO_SCHEMA |
  CLIENT.MULTI_STATEMENTS |
  CLIENT.SESSION_TRACK |
  CLIENT.OPTIONAL_RESULTSET_METADATA |
  CLIENT.QUERY_ATTRIBUTES |
  CLIENT.FOUND_ROWS |
  CLIENT.IGNORE_SPACE |
  CLIENT.ODBC |
  CLIENT.INTERACTIVE
/** Which both MySQL and MariaDB know. */
const UTF8MB4_GENERAL_CI = 45
