import { startupSetting } from '../../guard/postgres/opaque.ts'
import type { LoginRequest } from '../login.ts'
import type { StartedClient } from './startup.ts'

/** What a PostgreSQL client asks for by its StartupMessage and its password. */
export function loginRequest({ request, password, encrypted, refuse }: StartedClient): LoginRequest {
  const { user, database, settings } = request
  return {
    engine: 'postgres',
    connection: user,
    password,
    encrypted,
    database,
    application: settings.get('application_name') ?? '',
    settings: [...settings]
      .filter(([name]) => JUDGED_SETTINGS.has(name))
      .map(([name, value]) => ({ name, analysis: startupSetting(name, value) })),
    startup: new Map([...settings, ['database', database]]),
    refuse: ({ sqlState, message, detail, hint }) => refuse({ sqlState, message, detail, hint }),
  }
}

/** Settings that a policy may care about; the others say only how values look. */
const JUDGED_SETTINGS: ReadonlySet<string> = new Set([
  'default_transaction_isolation',
  'default_transaction_read_only',
  'idle_in_transaction_session_timeout',
  'idle_session_timeout',
  'lock_timeout',
  'search_path',
  'statement_timeout',
])
