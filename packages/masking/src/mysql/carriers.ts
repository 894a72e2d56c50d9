/**
 * Places of the server where values of any table, or the literals of other people's statements, come to light. They are protected as soon as there is
 * any rule. Names in lower case. Sources: the manuals' chapters on information_schema, performance_schema and the mysql schema.
 */
export function mysqlCarrierColumns(schema: string, relation: string): ReadonlySet<string> | undefined {
  return CARRIERS.get(`${schema}.${relation}`) ?? (schema === 'performance_schema' ? P_S_COLUMNS : undefined)
}

/** Columns of any table of performance_schema: statements, their samples, locks by key, variables of sessions. */
const P_S_COLUMNS: ReadonlySet<string> = new Set([
  'sql_text',
  'digest_text',
  'query_sample_text',
  'processlist_info',
  'info',
  'lock_data',
  'message_text',
  'last_error_message',
  'variable_value',
  'object_name',
])

const CARRIERS: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    'information_schema.processlist': ['info', 'info_binary', 'state'],
    'information_schema.column_statistics': ['histogram'],
    'information_schema.innodb_trx': ['trx_query'],
    'information_schema.innodb_locks': ['lock_data'],
    'information_schema.innodb_ft_index_table': ['word'],
    'information_schema.innodb_ft_index_cache': ['word'],
    'information_schema.innodb_ft_default_stopword': [],
    'information_schema.profiling': ['state'],
    'information_schema.optimizer_trace': ['query', 'trace'],
    'information_schema.user_variables': ['variable_value'],
    'mysql.column_stats': ['min_value', 'max_value', 'histogram'],
    'mysql.column_statistics': ['histogram'],
    'mysql.general_log': ['argument'],
    'mysql.slow_log': ['sql_text'],
    'mysql.innodb_index_stats': [],
    'performance_schema.global_variables': [],
    'performance_schema.session_variables': [],
    'performance_schema.variables_by_thread': [],
    'performance_schema.global_status': [],
    'performance_schema.session_status': [],
    'performance_schema.status_by_thread': [],
    'performance_schema.metadata_locks': ['object_name'],
    'performance_schema.objects_summary_global_by_type': [],
    'performance_schema.table_handles': [],
    'performance_schema.table_io_waits_summary_by_table': [],
    'performance_schema.table_io_waits_summary_by_index_usage': [],
    'performance_schema.table_lock_waits_summary_by_table': [],
    'performance_schema.events_errors_summary_global_by_error': [],
  }).map(([name, columns]) => [name, new Set(columns)]),
)
