import type { AuditFileError } from '@sallyport/audit-file'
import type { Verdict } from '@sallyport/core'
import { encodeBackend, type Capabilities, type ErrPacket } from '@sallyport/mysql-wire'
import { refusalOf } from '@sallyport/policy'
import type { MysqlFlavour } from '@sallyport/sql'
import type { CommandFacts } from '../../session/mysql/command-run.ts'
import type { Farewell, FarewellCode } from '../../session/ending.ts'
import type { LoginRefusal } from '../../session/login.ts'

/** An error of this protocol: the number is what programs go by, and there is one line of text for everything. */
export interface Words {
  readonly errorCode: number
  readonly sqlState: string
  readonly message: string
  readonly detail?: string | undefined
  readonly hint?: string | undefined
}

/** The ERR packet, its text bounded as the server's own (MYSQL_ERRMSG_SIZE). */
export function errorPacket({ errorCode, sqlState, message, detail, hint }: Words): ErrPacket {
  const more = [detail, hint].filter((part) => part !== undefined && part !== '')
  const text = more.length === 0 || /[.!?]$/.test(message) ? message : `${message}.`
  return { type: 'ERR', errorCode, sqlState, message: clipped([text, ...more].join(' ')) }
}

/**
 * The ERR packet for a verdict that refuses; undefined when it lets the text pass. A text that the grammar refuses gets the server's own
 * syntax error (1064), whatever rule said so.
 */
export function refusalError(
  verdict: Verdict,
  { analysis, text, settings }: Pick<CommandFacts, 'analysis' | 'text' | 'settings'>,
): ErrPacket | undefined {
  const refusal = refusalOf(verdict)
  if (refusal === undefined) return undefined
  const { detail, hint } = refusal
  if (analysis.ok) {
    return errorPacket({ errorCode: DENIED, sqlState: '42000', message: refusal.message, detail, hint })
  }
  const { code, message, position } = analysis.failure
  if (code === 'syntax') {
    const said = position === undefined ? message : syntaxError(text, position, settings.flavour)
    return { type: 'ERR', errorCode: 1064, sqlState: '42000', message: said }
  }
  if (code === 'encoding') return errorPacket({ errorCode: 1300, sqlState: 'HY000', message, hint })
  return errorPacket({ errorCode: 1153, sqlState: '08S01', message, detail, hint })
}

/** The ERR packet for a statement whose verdict could not be recorded. */
export function unrecordedError(cause: AuditFileError): ErrPacket {
  return errorPacket({
    errorCode: UNWRITABLE,
    sqlState: 'HY000',
    message: `the statement was not run, because the audit log cannot be written (${cause.sqlState}).`,
    detail: 'No statement runs without a record of it.',
    hint: 'Try again in a moment; an operator sees the reason at /readyz.',
  })
}

/** What a refused login is told. What the agent's database said has a state of its own; the number that goes with it follows from that. */
export function loginRefusal({ reason, sqlState, message, detail, hint }: LoginRefusal): Words {
  const known = LOGIN[reason] ?? BY_STATE[sqlState] ?? { errorCode: 1105, sqlState: 'HY000' }
  return { ...known, message, detail, hint }
}

/** What the connection of a session that ends is told; `sequence` is the id that the client expects next. */
export function farewellPacket(
  { code, sqlState, message, hint }: Farewell,
  capabilities: Capabilities,
  sequence: number,
): Uint8Array {
  const number = (code === 'database' ? AGENT[sqlState] : undefined) ?? FAREWELL[code]
  return encodeBackend(errorPacket({ ...number, message, hint }), capabilities, sequence)
}

/** As the server words it (ER_SYNTAX_ERROR, ER_PARSE_ERROR): the text from where it stopped reading, and the line. */
function syntaxError(text: string, position: number, flavour: MysqlFlavour): string {
  const product = flavour === 'mariadb' ? 'MariaDB' : 'MySQL'
  const rest = Buffer.from(text.slice(position))
  const cut =
    flavour === 'mariadb' ? `${rest.toString('utf8', 0, MAX_NEAR - 3)}...` : rest.toString('utf8', 0, MAX_NEAR)
  const near = rest.length > MAX_NEAR ? cut : rest.toString()
  const line = text.slice(0, position).split('\n').length
  return `You have an error in your SQL syntax; check the manual that corresponds to your ${product} server version for the right syntax to use near '${near}' at line ${line}`
}

function clipped(text: string): string {
  return text.length <= MAX_MESSAGE ? text : `${text.slice(0, MAX_MESSAGE - 1)}…`
}

/** ER_TABLEACCESS_DENIED_ERROR: what a server says where a privilege is missing. */
const DENIED = 1142
/** ER_ERROR_ON_WRITE. */
const UNWRITABLE = 1026
/** Bytes of a text that a syntax error quotes. */
const MAX_NEAR = 80
/** UTF-16 code units; the server's own bound is 512 bytes. */
const MAX_MESSAGE = 500

type Number_ = Pick<Words, 'errorCode' | 'sqlState'>

// ER_ACCESS_DENIED_ERROR, ER_DBACCESS_DENIED_ERROR, ER_CON_COUNT_ERROR, ER_TOO_MANY_USER_CONNECTIONS, ER_SERVER_SHUTDOWN.
const LOGIN: Readonly<Record<string, Number_>> = {
  'invalid-token': { errorCode: 1045, sqlState: '28000' },
  'no-access': { errorCode: 1045, sqlState: '28000' },
  'startup-setting': { errorCode: DENIED, sqlState: '42000' },
  'gateway-full': { errorCode: 1040, sqlState: '08004' },
  'too-many-sessions': { errorCode: 1203, sqlState: '42000' },
  'audit-unavailable': { errorCode: UNWRITABLE, sqlState: 'HY000' },
  'character-set': { errorCode: 1115, sqlState: '42000' },
}
const BY_STATE: Readonly<Record<string, Number_>> = {
  '28000': { errorCode: 1045, sqlState: '28000' },
  '42000': { errorCode: 1049, sqlState: '42000' },
  '08004': { errorCode: 1040, sqlState: '08004' },
  '08001': { errorCode: 1053, sqlState: '08S01' },
  '08006': { errorCode: 1053, sqlState: '08S01' },
  '08S01': { errorCode: 1053, sqlState: '08S01' },
}
// ER_SERVER_SHUTDOWN; MariaDB's ER_CONNECTION_KILLED; ER_NET_READ_ERROR; ER_MALFORMED_PACKET; ER_UNKNOWN_ERROR.
const FAREWELL: Readonly<Record<FarewellCode, Number_>> = {
  shutdown: { errorCode: 1053, sqlState: '08S01' },
  idle: { errorCode: 1927, sqlState: '70100' },
  administrator: { errorCode: 1927, sqlState: '70100' },
  overdue: { errorCode: 1317, sqlState: '70100' },
  'agent-lost': { errorCode: 1053, sqlState: '08S01' },
  database: { errorCode: 1053, sqlState: '08S01' },
  audit: { errorCode: UNWRITABLE, sqlState: 'HY000' },
  violation: { errorCode: 1835, sqlState: 'HY000' },
  'too-large': { errorCode: 1153, sqlState: '08S01' },
  internal: { errorCode: 1105, sqlState: 'HY000' },
}
// What the agent ends a session for, when it is not the loss of the database.
const AGENT: Readonly<Record<string, Number_>> = {
  '54000': FAREWELL['too-large'],
  '57014': FAREWELL.overdue,
  '08P01': FAREWELL.violation,
  XX000: FAREWELL.internal,
}
