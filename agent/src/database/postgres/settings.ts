import { checkSettings, isSettingRefusal, parseTimeoutMs } from '@sallyport/pg-wire'
import { AgentError } from '../../errors.ts'

/** What a session starts with, from those who have a say in it. */
export interface SessionWishes {
  /** From the client's StartupMessage, as the gateway passed it on; checked again here. */
  readonly startup: ReadonlyMap<string, string>
  /** What no gateway can relax. 0 is no time-out. */
  readonly floor: { readonly readOnly: boolean; readonly statementTimeoutMs: number }
  /** From the gateway's policy. 0 is no time-out. */
  readonly statementTimeoutMs: number
  readonly subject: string
  /** What the client calls itself. */
  readonly application: string
}

/**
 * The settings of a StartupMessage to the database. They become the session's defaults, so RESET and DISCARD come back to them. The
 * smallest time-out wins; what the guard and the masking rest on is pinned. Throws AgentError `refused-startup` for a setting that no
 * client may choose.
 */
export function sessionSettings(wishes: SessionWishes): ReadonlyMap<string, string> {
  const asked = checkSettings(Array.from(wishes.startup, ([name, value]) => ({ name, value })))
  if (isSettingRefusal(asked)) {
    throw new AgentError('refused-startup', `a session may not start with its own "${asked.name}"`)
  }
  const settings = new Map(asked)
  const timeouts = [
    wishes.floor.statementTimeoutMs,
    wishes.statementTimeoutMs,
    parseTimeoutMs(asked.get('statement_timeout') ?? '0') ?? 0,
  ]
  const timeoutMs = Math.min(...timeouts.filter((ms) => ms > 0))
  if (Number.isFinite(timeoutMs)) settings.set('statement_timeout', String(timeoutMs))
  if (wishes.floor.readOnly) settings.set('default_transaction_read_only', 'on')
  settings.set('application_name', applicationName(wishes.subject, asked.get('application_name') ?? wishes.application))
  settings.set('client_encoding', 'UTF8')
  settings.set('standard_conforming_strings', 'on')
  return settings
}

/**
 * Who is at work, for whoever looks at pg_stat_activity: `sallyport:<subject> <application>`. The server keeps 63 bytes of printable ASCII,
 * so that is what goes to it; a subject is cut only where nothing else could be.
 */
export function applicationName(subject: string, application: string): string {
  const name = `sallyport:${printable(subject)} ${printable(application)}`
  return name.slice(0, MAX_NAME_BYTES).trimEnd()
}

/** Printable ASCII without spaces around; every other character is a question mark, as on the server (`pg_clean_ascii`). */
function printable(text: string): string {
  return text.replaceAll(/[^\u0020-\u007e]/gu, '?').trim()
}

/** NAMEDATALEN - 1 of a server as it is built by default. */
const MAX_NAME_BYTES = 63
