import type { SessionCommand } from '../frontend/message.ts'
import type { Phase } from './table.ts'

/** What a command is owed first; undefined for the commands that are not answered, and for COM_CHANGE_USER, which begins a login. */
export function firstPhase(type: SessionCommand['type']): Phase | undefined {
  return FIRST[type]
}

const FIRST: Readonly<Partial<Record<SessionCommand['type'], Phase>>> = {
  COM_DEBUG: 'Simple',
  COM_FIELD_LIST: 'Fields',
  COM_INIT_DB: 'Simple',
  COM_PING: 'Simple',
  COM_PROCESS_INFO: 'Result',
  COM_PROCESS_KILL: 'Simple',
  COM_QUERY: 'Result',
  COM_REFRESH: 'Simple',
  COM_RESET_CONNECTION: 'Simple',
  COM_SET_OPTION: 'Simple',
  COM_STATISTICS: 'Statistics',
  COM_STMT_BULK_EXECUTE: 'Result',
  COM_STMT_EXECUTE: 'Result',
  COM_STMT_FETCH: 'Fetch',
  COM_STMT_PREPARE: 'Prepare',
  COM_STMT_RESET: 'Simple',
}
