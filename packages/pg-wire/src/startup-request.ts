import { parseOptions, type StartupSetting } from './startup-options.ts'
import { type AcceptedSettings, checkSettings, isSettingRefusal } from './startup-settings.ts'

/** What a client asked for in its StartupMessage, checked. */
export interface StartupRequest {
  readonly user: string
  /** The user's name when the client gave none, as on the server. */
  readonly database: string
  /** Settings that may go on to the server, those from `options` included; names in lower case. */
  readonly settings: AcceptedSettings
  /** The minor version of protocol 3 that the session speaks. */
  readonly minor: 0 | 2
  /** What the client must be told in a NegotiateProtocolVersion; undefined when it got what it asked for. */
  readonly negotiate: { readonly minor: 0 | 2; readonly options: readonly string[] } | undefined
}

/** Why a session does not start, in the fields of an ErrorResponse. */
export interface StartupRefusal {
  readonly sqlState: string
  readonly message: string
  readonly detail: string | undefined
  readonly hint: string | undefined
}

export interface StartupAsked {
  readonly major: number
  readonly minor: number
  readonly parameters: readonly StartupSetting[]
}

/**
 * Reads a StartupMessage (spec: protocol-message-formats, "StartupMessage"): the user and the database, the protocol's version, options of
 * the protocol (`_pq_.`), and settings. Names that come twice are refused, because two readers could take different ones.
 */
export function readStartup(asked: StartupAsked, maxParameters: number): StartupRequest | StartupRefusal {
  if (asked.major !== 3) {
    return refusal(
      '0A000',
      `unsupported frontend protocol ${asked.major}.${asked.minor}: this server supports 3.0 and 3.2`,
    )
  }
  if (asked.parameters.length > maxParameters) return refusal('08P01', 'too many startup parameters')
  const values = new Map<string, string>()
  for (const { name, value } of asked.parameters) {
    if (name === '' || values.has(name)) return refusal('08P01', 'a startup parameter has no name or comes twice')
    values.set(name, value)
  }

  const user = values.get('user') ?? ''
  const database = values.get('database') || user
  if (user === '') return refusal('28000', 'no PostgreSQL user name specified in startup packet')
  // INVARIANT: a name never means another one. The server would cut a longer one, and two names could then be the same.
  if (!isName(user) || !isName(database)) return refusal('08P01', 'the user or the database name is too long')

  const replication = (values.get('replication') ?? 'off').toLowerCase()
  if (!['off', 'false', 'no', '0'].includes(replication)) {
    return refusal(
      '0A000',
      'replication connections are not available',
      undefined,
      'Connect without the replication parameter.',
    )
  }

  const options = parseOptions(values.get('options') ?? '')
  if (options === undefined) {
    return refusal(
      '42501',
      'the startup parameter "options" has something other than settings in it',
      undefined,
      OPTIONS_HINT,
    )
  }
  const settings = checkSettings([...options, ...asked.parameters.filter(({ name }) => isSettingName(name))])
  if (isSettingRefusal(settings)) {
    const detail =
      settings.what === 'name' ? 'This setting cannot be chosen here.' : 'This value cannot be chosen here.'
    return refusal('42501', `a session may not start with its own "${settings.name}"`, detail, settings.hint)
  }

  const minor = asked.minor >= 2 ? 2 : 0
  const unknown = asked.parameters.map(({ name }) => name).filter((name) => name.startsWith('_pq_.'))
  const negotiate = minor !== asked.minor || unknown.length > 0 ? ({ minor, options: unknown } as const) : undefined
  return { user, database, settings, minor, negotiate }
}

/** True when `readStartup` refused. */
export function isStartupRefusal(result: StartupRequest | StartupRefusal): result is StartupRefusal {
  return 'sqlState' in result
}

function refusal(sqlState: string, message: string, detail?: string, hint?: string): StartupRefusal {
  return { sqlState, message, detail, hint }
}

function isSettingName(name: string): boolean {
  return !RESERVED.has(name) && !name.startsWith('_pq_.')
}

/** Whether the server would take the name whole: its length counts in bytes of UTF-8. */
function isName(text: string): boolean {
  let bytes = 0
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
  }
  return bytes <= MAX_NAME_BYTES
}

const RESERVED: ReadonlySet<string> = new Set(['user', 'database', 'options', 'replication'])
const OPTIONS_HINT = 'It may hold settings only: "-c name=value" or "--name=value".'
/** NAMEDATALEN - 1 of a server as it is built by default. */
const MAX_NAME_BYTES = 63
