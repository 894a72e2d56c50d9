import type { Effect } from '@sallyport/core'
import type { Expression, SettingAssignment } from '../grammar/ast.ts'
import { isSafeCharacterSet } from '../lexer/encoding.ts'
import type { MysqlSettings } from '../settings.ts'
import { visit } from './expressions.ts'
import type { Gatherer } from './gatherer.ts'

/** What one part of SET does. */
export function assignmentFacts(g: Gatherer, { target, scope, name, value }: SettingAssignment): void {
  if (value !== undefined) visit(g, value, undefined)
  if (target === 'user') g.add('session')
  else if (target === 'other') {
    if (name === 'role') g.add('session', 'dcl')
    else g.add('session')
  } else if (scope === undefined) g.add(...settingEffects(name, literalOf(value, g.values)))
  else g.add('admin')
}

/**
 * The text of a literal, or of what drivers make of the session's own sql_mode when they connect: `CONCAT(@@sql_mode, ',STRICT_TRANS_TABLES')`,
 * `REPLACE(@@sql_mode, …)`. Undefined for what only the server can tell, and for its default. All values of a SET are computed before any is
 * set, so the settings before it decide.
 */
export function literalOf(value: Expression | undefined, settings: MysqlSettings): string | undefined {
  if (value?.type === 'literal') return value.kind === 'null' ? undefined : value.value
  if (value?.type === 'call') {
    return value.path.length === 1 ? computed(value.path[0] ?? '', value.args, settings) : undefined
  }
  const own = value?.type === 'system-variable' && (value.scope === undefined || OWN_SCOPES.has(value.scope))
  if (!own || value.name !== 'sql_mode' || settings.sqlMode === 'unknown') return undefined
  return [...settings.sqlMode].join(',')
}

function computed(name: string, args: readonly Expression[], settings: MysqlSettings): string | undefined {
  const texts: string[] = []
  for (const arg of args) {
    // How the server writes what is no string is its own business.
    const text = arg.type === 'literal' && arg.kind !== 'string' ? undefined : literalOf(arg, settings)
    if (text === undefined) return undefined
    texts.push(text)
  }
  if (name.toLowerCase() === 'concat') return texts.join('')
  const [text, from = '', to] = texts
  if (name.toLowerCase() !== 'replace' || texts.length !== 3) return undefined
  return from === '' ? text : text?.split(from).join(to)
}

/**
 * What setting a variable of the session does beyond it. A character set in which a text cannot be read safely is `unknown`. A value that the text does
 * not show is no harm by itself: `settingsAfter` says that nobody knows how texts are read then, and none is until the server has told.
 */
function settingEffects(name: string, value: string | undefined): readonly Effect[] {
  if (CHARACTER_SETS.has(name))
    return value === undefined || isSafeCharacterSet(value) ? ['session'] : ['session', 'unknown']
  if (TRANSACTION.has(name)) return ['session', 'transaction']
  return PRIVILEGED.has(name) ? ['session', 'admin'] : ['session']
}

const OWN_SCOPES: ReadonlySet<string> = new Set(['session', 'local'])
/** Variables that decide in which character set a text is read. */
const CHARACTER_SETS: ReadonlySet<string> = new Set(['names', 'character_set', 'character_set_client'])
const TRANSACTION: ReadonlySet<string> = new Set([
  'autocommit',
  'completion_type',
  'transaction_isolation',
  'transaction_read_only',
  'tx_isolation',
  'tx_read_only',
])
/** Variables that reach past the session: what is logged, replicated, or whose the session is. */
const PRIVILEGED: ReadonlySet<string> = new Set([
  'binlog_format',
  'binlog_row_image',
  'binlog_direct_non_transactional_updates',
  'debug',
  'debug_dbug',
  'gtid_domain_id',
  'gtid_next',
  'gtid_seq_no',
  'original_commit_timestamp',
  'original_server_version',
  'immediate_server_version',
  'pseudo_replica_mode',
  'pseudo_slave_mode',
  'pseudo_thread_id',
  'server_id',
  'skip_replication',
  'sql_log_bin',
  'sql_log_off',
  'wsrep_on',
  'wsrep_osu_method',
])
