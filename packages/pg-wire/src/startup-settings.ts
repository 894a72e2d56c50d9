import type { StartupSetting } from './startup-options.ts'

/** Why a setting may not be given when a session starts. */
export interface SettingRefusal {
  /** The setting as the client named it, cut to what a server would take for a name. */
  readonly name: string
  /** `name`: no client may set it at start-up. `value`: this value is not among those a client may give. */
  readonly what: 'name' | 'value'
  /** What would be accepted. */
  readonly hint: string
}

/** Settings by lower-case name, in the form that goes on to the server. */
export type AcceptedSettings = ReadonlyMap<string, string>

/**
 * Checks the settings of a StartupMessage against the list of those that a client may choose. What is on it can change how values look or
 * how soon a statement gives up, never who the session is (`role`, `session_authorization`), how text is read
 * (`standard_conforming_strings`, other encodings) or what it may do (`default_transaction_read_only` off). A later setting of a name
 * replaces an earlier one, as on the server. Both the gateway and the agent check, because neither trusts the other to have done so.
 */
export function checkSettings(settings: Iterable<StartupSetting>): AcceptedSettings | SettingRefusal {
  const accepted = new Map<string, string>()
  for (const { name, value } of settings) {
    const folded = foldCase(name)
    const accept = Object.hasOwn(ACCEPTED, folded) ? ACCEPTED[folded] : undefined
    const shown = Array.from(name).slice(0, MAX_SHOWN_NAME).join('').replaceAll(CONTROL_CHARACTERS, '?')
    if (accept === undefined) {
      return { name: shown, what: 'name', hint: `A session may start with: ${Object.keys(ACCEPTED).join(', ')}.` }
    }
    const form = value.length > MAX_VALUE_LENGTH || hasControlCharacter(value) ? undefined : accept.form(value)
    if (form === undefined) return { name: shown, what: 'value', hint: accept.hint }
    accepted.set(folded, form)
  }
  return accepted
}

/** True when `checkSettings` refused. */
export function isSettingRefusal(result: AcceptedSettings | SettingRefusal): result is SettingRefusal {
  return 'what' in result
}

/**
 * Milliseconds of a time-out as the server reads it: a number with an optional unit (`us`, `ms`, `s`, `min`, `h`, `d`), without one in
 * milliseconds. Undefined for what is not plainly that. 0 means no limit.
 */
export function parseTimeoutMs(value: string): number | undefined {
  const match = /^\s*(\d{1,12}(?:\.\d{1,6})?)\s*(us|ms|s|min|h|d)?\s*$/u.exec(value)
  const unit = match === null ? undefined : MILLISECONDS[match[2] ?? 'ms']
  if (match === null || unit === undefined) return undefined
  const timeoutMs = Math.round(Number(match[1]) * unit)
  return timeoutMs <= MAX_INT32 ? timeoutMs : undefined
}

interface Accept {
  /** The form of the value that goes to the server; undefined refuses it. */
  readonly form: (value: string) => string | undefined
  readonly hint: string
}

function anything(hint: string): Accept {
  return { form: (value) => value, hint }
}

function oneOf(...values: readonly string[]): Accept {
  return {
    form: (value) => (values.includes(foldCase(value.trim())) ? foldCase(value.trim()) : undefined),
    hint: `It may be: ${values.join(', ')}.`,
  }
}

const boolean: Accept = oneOf('on', 'off', 'true', 'false', 'yes', 'no', '1', '0')

const timeout: Accept = {
  form: (value) => parseTimeoutMs(value)?.toString(),
  hint: 'It may be a whole number of milliseconds, or a number with one of the units us, ms, s, min, h, d.',
}

/** Only bytes of UTF-8 are read here. A client that says SQL_ASCII takes any bytes as they come, so it is given UTF-8. */
const encoding: Accept = {
  form: (value) => (UTF8_NAMES.has(foldCase(value).replaceAll(/[^a-z0-9]/gu, '')) ? 'UTF8' : undefined),
  hint: 'It may be UTF8; libpq takes it from PGCLIENTENCODING or from the locale.',
}

/**
 * A list of schemas that leaves the server's own names in front: `pg_catalog` only at its head, `pg_temp` only at its end, no other
 * schema of the server's. Otherwise `lower(x)` could be another function than the one that was judged.
 */
const searchPath: Accept = {
  form: (value) => {
    const names = parseIdentifierList(value)
    const safe = names?.every(
      (name, index) =>
        !name.startsWith('pg_') ||
        (name === 'pg_catalog' && index === 0) ||
        (name === 'pg_temp' && index === names.length - 1),
    )
    return safe === true ? value : undefined
  },
  hint: 'It may be a list of schema names, with pg_catalog only as its first and pg_temp only as its last.',
}

/**
 * The names of a comma-separated list as the server reads them (`SplitIdentifierString`), or undefined for what it would not take.
 * Unquoted names are folded to lower case.
 */
export function parseIdentifierList(text: string): readonly string[] | undefined {
  if (text.trim() === '') return []
  const names: string[] = []
  const element = /\s*(?:"((?:[^"]|"")+)"|([^\s,"]+))\s*(,|$)/uy
  let more = true
  while (more) {
    const match = element.exec(text)
    if (match === null) return undefined
    names.push(match[1]?.replaceAll('""', '"') ?? foldCase(match[2] ?? ''))
    more = match[3] === ','
  }
  return names
}

/** The server compares names of settings with ASCII letters folded, and nothing else (`guc_name_compare`). */
function foldCase(text: string): string {
  return text.replaceAll(/[A-Z]/gu, (letter) => letter.toLowerCase())
}

function hasControlCharacter(text: string): boolean {
  return text.search(CONTROL_CHARACTERS) !== -1
}

const ACCEPTED: Readonly<Record<string, Accept>> = {
  application_name: anything('It may be any text.'),
  bytea_output: oneOf('hex', 'escape'),
  client_encoding: encoding,
  // Lower levels carry the server's own log lines, which quote other statements.
  client_min_messages: oneOf('notice', 'warning', 'error'),
  datestyle: anything('It may be any date style.'),
  default_transaction_isolation: oneOf('read committed', 'read uncommitted', 'repeatable read', 'serializable'),
  default_transaction_read_only: oneOf('on', 'true', 'yes', '1'),
  extra_float_digits: {
    form: (value) => (/^\s*-?\d{1,2}\s*$/u.test(value) ? value.trim() : undefined),
    hint: 'It may be a number from -15 to 3.',
  },
  geqo: boolean,
  idle_in_transaction_session_timeout: timeout,
  idle_session_timeout: timeout,
  intervalstyle: oneOf('postgres', 'postgres_verbose', 'sql_standard', 'iso_8601'),
  jit: boolean,
  lock_timeout: timeout,
  search_path: searchPath,
  standard_conforming_strings: oneOf('on', 'true', 'yes', '1'),
  statement_timeout: timeout,
  timezone: anything('It may be any time zone.'),
}

const UTF8_NAMES: ReadonlySet<string> = new Set(['utf8', 'unicode', 'sqlascii'])

const MILLISECONDS: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** The server's time-outs are int32 (guc_tables.c). */
const MAX_INT32 = 2_147_483_647
/** NAMEDATALEN - 1 of a server as it is built by default. */
const MAX_SHOWN_NAME = 63
const MAX_VALUE_LENGTH = 1024
// oxlint-disable-next-line eslint/no-control-regex -- control characters are what it looks for
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f]/gu
