/**
 * Capabilities: what both ends agree to speak (spec: group__group__cs__capabilities__flags; MariaDB: "Connection", "Capabilities"). A flag that is
 * not in the tables of what is spoken here is never offered and never asked for.
 */

/** What a session speaks: 32 flags of the protocol, and 32 of MariaDB's own. Both unsigned. */
export interface Capabilities {
  readonly flags: number
  /** MariaDB's extended capabilities; 0 with a peer that is not MariaDB. */
  readonly extended: number
}

/** The flags by the names of the specification, without `CLIENT_`. */
export const CLIENT = {
  /** MySQL; a MariaDB peer leaves it out to say that it has extended capabilities. */
  LONG_PASSWORD: 0x1,
  FOUND_ROWS: 0x2,
  LONG_FLAG: 0x4,
  CONNECT_WITH_DB: 0x8,
  NO_SCHEMA: 0x10,
  COMPRESS: 0x20,
  ODBC: 0x40,
  LOCAL_FILES: 0x80,
  IGNORE_SPACE: 0x100,
  PROTOCOL_41: 0x200,
  INTERACTIVE: 0x400,
  SSL: 0x800,
  IGNORE_SIGPIPE: 0x1000,
  TRANSACTIONS: 0x2000,
  RESERVED: 0x4000,
  SECURE_CONNECTION: 0x8000,
  MULTI_STATEMENTS: 0x1_0000,
  MULTI_RESULTS: 0x2_0000,
  PS_MULTI_RESULTS: 0x4_0000,
  PLUGIN_AUTH: 0x8_0000,
  CONNECT_ATTRS: 0x10_0000,
  PLUGIN_AUTH_LENENC_CLIENT_DATA: 0x20_0000,
  CAN_HANDLE_EXPIRED_PASSWORDS: 0x40_0000,
  SESSION_TRACK: 0x80_0000,
  DEPRECATE_EOF: 0x100_0000,
  OPTIONAL_RESULTSET_METADATA: 0x200_0000,
  ZSTD_COMPRESSION_ALGORITHM: 0x400_0000,
  QUERY_ATTRIBUTES: 0x800_0000,
  MULTI_FACTOR_AUTHENTICATION: 0x1000_0000,
  CAPABILITY_EXTENSION: 0x2000_0000,
  SSL_VERIFY_SERVER_CERT: 0x4000_0000,
  REMEMBER_OPTIONS: 0x8000_0000,
} as const

/** MariaDB's extended flags, without `MARIADB_CLIENT_`; each is bit 32 and up of the 64 bits its documentation counts. */
export const MARIADB = {
  PROGRESS: 0x1,
  COM_MULTI: 0x2,
  STMT_BULK_OPERATIONS: 0x4,
  EXTENDED_METADATA: 0x8,
  CACHE_METADATA: 0x10,
  BULK_UNIT_RESULTS: 0x20,
} as const

/** What a session may speak beyond what is always spoken. */
export interface CapabilityChoice {
  /** LOAD DATA LOCAL: the server may ask for a file. Off unless policy allows. */
  readonly localFiles: boolean
  readonly tls: boolean
  readonly compression: { readonly zlib: boolean; readonly zstd: boolean }
}

/** All that this package speaks, under a choice: an upper bound for what is offered to a frontend and asked of a backend. */
export function spoken(choice: CapabilityChoice): Capabilities {
  let flags: number = ALWAYS
  if (choice.localFiles) flags |= CLIENT.LOCAL_FILES
  if (choice.tls) flags |= CLIENT.SSL
  if (choice.compression.zlib) flags |= CLIENT.COMPRESS
  if (choice.compression.zstd) flags |= CLIENT.ZSTD_COMPRESSION_ALGORITHM
  return { flags: flags >>> 0, extended: EXTENDED }
}

/** What both know. MariaDB's own flags hold only where neither end says that it is MySQL. */
export function commonCapabilities(one: Capabilities, other: Capabilities): Capabilities {
  return { flags: (one.flags & other.flags) >>> 0, extended: (one.extended & other.extended) >>> 0 }
}

export function has(capabilities: Capabilities, flag: number): boolean {
  return (capabilities.flags & flag) !== 0
}

export function hasExtended(capabilities: Capabilities, flag: number): boolean {
  return (capabilities.extended & flag) !== 0
}

/** Without these there is no session: the protocol of 4.1, 20 bytes of scramble, named plug-ins. */
export const REQUIRED: number = CLIENT.PROTOCOL_41 | CLIENT.SECURE_CONNECTION

const ALWAYS =
  CLIENT.LONG_PASSWORD |
  CLIENT.FOUND_ROWS |
  CLIENT.LONG_FLAG |
  CLIENT.CONNECT_WITH_DB |
  CLIENT.NO_SCHEMA |
  CLIENT.ODBC |
  CLIENT.IGNORE_SPACE |
  CLIENT.PROTOCOL_41 |
  CLIENT.INTERACTIVE |
  CLIENT.IGNORE_SIGPIPE |
  CLIENT.TRANSACTIONS |
  CLIENT.RESERVED |
  CLIENT.SECURE_CONNECTION |
  CLIENT.MULTI_STATEMENTS |
  CLIENT.MULTI_RESULTS |
  CLIENT.PS_MULTI_RESULTS |
  CLIENT.PLUGIN_AUTH |
  CLIENT.CONNECT_ATTRS |
  CLIENT.PLUGIN_AUTH_LENENC_CLIENT_DATA |
  CLIENT.SESSION_TRACK |
  CLIENT.DEPRECATE_EOF |
  CLIENT.OPTIONAL_RESULTSET_METADATA |
  CLIENT.QUERY_ATTRIBUTES

// COM_MULTI carries commands inside a command, and no server speaks it any more.
const EXTENDED =
  MARIADB.PROGRESS |
  MARIADB.STMT_BULK_OPERATIONS |
  MARIADB.EXTENDED_METADATA |
  MARIADB.CACHE_METADATA |
  MARIADB.BULK_UNIT_RESULTS
