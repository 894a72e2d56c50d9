import { type Capabilities, CLIENT, has } from '../capabilities.ts'
import type { EofPacket } from '../backend/eof-packet.ts'
import { decodeBackendAs } from '../backend/message.ts'
import type { OkPacket } from '../backend/ok-packet.ts'
import { ProtocolViolationError } from '../errors.ts'
import type { RawPacket } from '../framing/raw-packet.ts'
import { SERVER_STATUS } from '../status.ts'
import { EOF_BYTES } from './classify.ts'
import type { MutableEntry, MutableStatement } from './entry.ts'
import type { ConversationEvent } from './event.ts'
import { newStatement } from './statements.ts'
import type { Phase, Reply } from './table.ts'

/** What a reply brought: the phase its entry comes to, and what it meant. */
export interface Outcome<C> {
  readonly phase: Phase
  readonly event: ConversationEvent<C> | undefined
  /** The status, of those replies that have one. */
  readonly status: number | undefined
}

/** Reads a reply that the table allows, notes it in the entry, and says where that leads: counts and flags decide beyond the table. */
export function readReply<C>(
  entry: MutableEntry<C>,
  reply: Reply,
  next: Phase,
  raw: RawPacket,
  capabilities: Capabilities,
): Outcome<C> {
  const { payload } = raw
  switch (reply) {
    case 'OK':
      return ended(entry, decodeBackendAs('OK', payload, capabilities))
    case 'End':
      return ended(entry, decodeBackendAs(payload.length === EOF_BYTES ? 'EOF' : 'OK', payload, capabilities))
    case 'EOF':
      return definitionsEnded(entry, next, decodeBackendAs('EOF', payload, capabilities))
    case 'ERR': {
      const error = decodeBackendAs('ERR', payload, capabilities)
      return { phase: next, event: { type: 'failed', entry, index: entry.resultIndex, error }, status: undefined }
    }
    case 'Progress':
      return { phase: next, event: { type: 'progress', entry }, status: undefined }
    case 'ColumnCount':
      return columnsBegin(entry, payload, capabilities)
    case 'ColumnDefinition':
      return defined(entry, next, payload, capabilities)
    case 'PrepareOk': {
      const ok = decodeBackendAs('COM_STMT_PREPARE_OK', payload, capabilities)
      entry.statement = newStatement(entry, ok.statementId, ok.parameters)
      entry.owed = ok.metadataFollows ? ok.parameters : 0
      entry.preparedColumns = ok.columns
      entry.metadataFollows = ok.metadataFollows
      const deprecated = has(capabilities, CLIENT.DEPRECATE_EOF)
      if (entry.owed > 0) return { phase: next, event: undefined, status: undefined }
      // Definitions that are left out leave their EOF behind.
      if (ok.parameters > 0 && !deprecated) return { phase: 'ParametersEnd', event: undefined, status: undefined }
      return preparedColumns(entry, deprecated)
    }
    case 'Statistics': {
      const statistics = decodeBackendAs('Statistics', payload, capabilities)
      return {
        phase: next,
        event: { type: 'completed', entry, index: 0, reply: statistics, more: false },
        status: undefined,
      }
    }
    case 'LocalInfileRequest': {
      const { path } = decodeBackendAs('LocalInfileRequest', payload, capabilities)
      // INVARIANT: a file leaves the client only where the session allows it, and only one that the statement itself names.
      if (!has(capabilities, CLIENT.LOCAL_FILES) || !entry.files.includes(path)) {
        throw new ProtocolViolationError('backend', 'The backend asks for a file that no statement names')
      }
      return { phase: next, event: { type: 'infile', entry, path }, status: undefined }
    }
    case 'Row':
  }
  return { phase: next, event: undefined, status: undefined }
}

/** A result is complete, or the command is. */
function ended<C>(entry: MutableEntry<C>, reply: OkPacket | EofPacket): Outcome<C> {
  const index = entry.resultIndex
  const results = entry.phase === 'Result' || entry.phase === 'Rows' || entry.phase === 'InfileSent'
  const more = results && ((reply.status & SERVER_STATUS.MORE_RESULTS_EXISTS) !== 0 || entry.outParameters)
  entry.outParameters = false
  if (entry.cursor && (reply.status & SERVER_STATUS.CURSOR_EXISTS) !== 0) cursorOpened(entry)
  if (more) {
    entry.resultIndex += 1
    entry.columns = undefined
    entry.columnCount = 0
  }
  if (entry.phase === 'Fields') entry.columns = entry.definitions
  return {
    phase: more ? 'Result' : 'Done',
    event: { type: 'completed', entry, index, reply, more },
    status: reply.status,
  }
}

/** The EOF behind definitions: rows follow, unless a cursor holds them. */
function definitionsEnded<C>(entry: MutableEntry<C>, next: Phase, reply: EofPacket): Outcome<C> {
  if (entry.phase === 'ParametersEnd') {
    return { ...preparedColumns(entry, false), status: reply.status }
  }
  if (entry.phase === 'PreparedColumnsEnd') return { ...prepared(entry), status: reply.status }
  if (!entry.cursor || (reply.status & SERVER_STATUS.CURSOR_EXISTS) === 0) {
    // OUT parameters: only the EOF behind their definitions says that an OK follows on their row, not the one behind the row.
    entry.outParameters = (reply.status & OUT_PARAMETERS) === OUT_PARAMETERS
    return { phase: next, event: undefined, status: reply.status }
  }
  cursorOpened(entry)
  return {
    phase: 'Done',
    event: { type: 'completed', entry, index: entry.resultIndex, reply, more: false },
    status: reply.status,
  }
}

function columnsBegin<C>(entry: MutableEntry<C>, payload: Uint8Array, capabilities: Capabilities): Outcome<C> {
  const { columns, metadataFollows } = decodeBackendAs('ColumnCount', payload, capabilities)
  entry.columnCount = columns
  entry.definitions = []
  if (metadataFollows) {
    entry.owed = columns
    return { phase: 'Columns', event: undefined, status: undefined }
  }
  // What the frontend kept is what the statement was described with last, if that has as many columns.
  const kept = entry.statement?.columns
  entry.columns = kept?.length === columns ? kept : undefined
  return {
    phase: has(capabilities, CLIENT.DEPRECATE_EOF) ? 'Rows' : 'ColumnsEnd',
    event: { type: 'described', entry, columns: entry.columns },
    status: undefined,
  }
}

function defined<C>(entry: MutableEntry<C>, next: Phase, payload: Uint8Array, capabilities: Capabilities): Outcome<C> {
  const definition = decodeBackendAs('ColumnDefinition', payload, capabilities)
  if (entry.phase !== 'Parameters') entry.definitions.push(definition)
  entry.owed -= 1
  if (entry.phase === 'Fields' || entry.owed > 0) return { phase: next, event: undefined, status: undefined }
  const deprecated = has(capabilities, CLIENT.DEPRECATE_EOF)
  if (entry.phase === 'Parameters') {
    return deprecated ? preparedColumns(entry, true) : { phase: 'ParametersEnd', event: undefined, status: undefined }
  }
  if (entry.phase === 'PreparedColumns') {
    return deprecated ? prepared(entry) : { phase: 'PreparedColumnsEnd', event: undefined, status: undefined }
  }
  entry.columns = entry.definitions
  if (entry.statement !== undefined && entry.resultIndex === 0) entry.statement.columns = entry.definitions
  return {
    phase: deprecated ? 'Rows' : 'ColumnsEnd',
    event: { type: 'described', entry, columns: entry.columns },
    status: undefined,
  }
}

/** The parameters of a statement are described: its columns are next, if it has any. */
function preparedColumns<C>(entry: MutableEntry<C>, deprecated: boolean): Outcome<C> {
  entry.owed = entry.metadataFollows ? entry.preparedColumns : 0
  entry.definitions = []
  if (entry.owed > 0) return { phase: 'PreparedColumns', event: undefined, status: undefined }
  if (entry.preparedColumns > 0 && !deprecated) {
    return { phase: 'PreparedColumnsEnd', event: undefined, status: undefined }
  }
  return prepared(entry)
}

function prepared<C>(entry: MutableEntry<C>): Outcome<C> {
  const statement = entry.statement as MutableStatement<C>
  const known = entry.metadataFollows || entry.preparedColumns === 0
  statement.columns = known ? entry.definitions : undefined
  entry.columns = statement.columns
  entry.columnCount = entry.preparedColumns
  return { phase: 'Done', event: { type: 'prepared', entry, statement }, status: undefined }
}

function cursorOpened<C>(entry: MutableEntry<C>): void {
  if (entry.statement !== undefined) entry.statement.cursorColumns = entry.columns
}

const OUT_PARAMETERS = SERVER_STATUS.PS_OUT_PARAMS | SERVER_STATUS.MORE_RESULTS_EXISTS
