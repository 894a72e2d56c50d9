/**
 * Places of the server where values of any table, or the literals of other people's statements, come to light. They are protected as soon
 * as there is any rule. Source: the chapters "System Catalogs", "System Views" and "The Cumulative Statistics System".
 */
export function carrierColumns(schema: string, relation: string): ReadonlySet<string> | undefined {
  if (schema === 'pg_catalog') return CATALOG_CARRIERS.get(relation)
  // An extension lives in the schema its owner chose.
  return relation === 'pg_stat_statements' ? STATEMENT_TEXT : undefined
}

/** Functions that return the same things as the carriers, by name; a schema of one's own does not make such a name harmless. */
export const CARRIER_FUNCTIONS: ReadonlySet<string> = new Set([
  'pg_cursor',
  'pg_mcv_list_items',
  'pg_prepared_statement',
  'pg_stat_get_activity',
  'pg_stat_get_backend_activity',
  'pg_stat_statements',
])

/** Functions that return settings, which carry a value only when code of the session could have put one there. */
export const SETTING_FUNCTIONS: ReadonlySet<string> = new Set(['current_setting', 'pg_show_all_settings', 'set_config'])

/** Relations that show settings; see SETTING_FUNCTIONS. */
export const SETTING_RELATIONS: ReadonlySet<string> = new Set(['pg_settings', 'pg_db_role_setting'])

const STATEMENT_TEXT: ReadonlySet<string> = new Set(['query'])

const CATALOG_CARRIERS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['pg_statistic', new Set(['stavalues1', 'stavalues2', 'stavalues3', 'stavalues4', 'stavalues5'])],
  ['pg_statistic_ext_data', new Set(['stxdmcv', 'stxdexpr', 'stxddependencies', 'stxdndistinct'])],
  ['pg_stats', new Set(['most_common_vals', 'histogram_bounds', 'most_common_elems', 'range_bounds_histogram'])],
  ['pg_stats_ext', new Set(['most_common_vals'])],
  ['pg_stats_ext_exprs', new Set(['most_common_vals', 'histogram_bounds', 'most_common_elems'])],
  ['pg_stat_activity', new Set(['query', 'application_name'])],
  ['pg_prepared_statements', new Set(['statement'])],
  ['pg_cursors', new Set(['name', 'statement'])],
  ['pg_largeobject', new Set(['data'])],
])
