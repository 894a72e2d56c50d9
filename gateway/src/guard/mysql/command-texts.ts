import type { BodilessCommand, ComFieldList, ComInitDb } from '@sallyport/mysql-wire'

/** A command without a text that stands for a statement. */
export type TextlessCommand =
  | ComInitDb
  | ComFieldList
  | Extract<BodilessCommand, { readonly type: 'COM_PROCESS_INFO' | 'COM_STATISTICS' }>

/**
 * The SQL that a command without text amounts to, so that the same rules judge both: COM_INIT_DB is a USE, COM_FIELD_LIST a look at a table's columns.
 */
export function textOf(command: TextlessCommand): string {
  switch (command.type) {
    case 'COM_INIT_DB':
      return `USE ${quoted(command.schema)}`
    case 'COM_FIELD_LIST':
      return `SHOW COLUMNS FROM ${quoted(command.table)}`
    case 'COM_PROCESS_INFO':
      return 'SHOW PROCESSLIST'
    case 'COM_STATISTICS':
  }
  return 'SHOW STATUS'
}

/** A name between backticks means itself, whatever sql_mode says. */
function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}

/** Commands that bring a text, or mean one: they are read with the session's settings. */
export const READS_TEXT: ReadonlySet<string> = new Set([
  'COM_QUERY',
  'COM_STMT_PREPARE',
  'COM_STMT_EXECUTE',
  'COM_STMT_BULK_EXECUTE',
  'COM_INIT_DB',
  'COM_FIELD_LIST',
  'COM_PROCESS_INFO',
  'COM_STATISTICS',
])
