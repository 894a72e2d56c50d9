/** What executions say of a statement's parameters, and what of it the backend has been told. */
import { UnsupportedError } from '../errors.ts'
import { EXECUTE_FLAG } from '../frontend/com-stmt-execute.ts'
import { BULK_FLAG } from '../frontend/com-stmt-bulk-execute.ts'
import { LAST_STATEMENT } from '../frontend/codec.ts'
import { type SessionCommand, statementIdOf } from '../frontend/message.ts'
import type { ParameterType } from '../frontend/parameters.ts'
import type { MutableEntry, MutableStatement } from './entry.ts'
import type { Statements } from './statements.ts'

/** Notes what a command changes as soon as it is sent. Throws UnsupportedError for an execution whose parameters are not known. */
export function noteSent<C>(entry: MutableEntry<C>, message: SessionCommand, statements: Statements<C>): void {
  const { statement } = entry
  if (message.type === 'COM_STMT_PREPARE') statements.prepares(entry)
  if (message.type === 'COM_RESET_CONNECTION') statements.resets()
  if (message.type === 'COM_STMT_FETCH') entry.format = 'binary'
  if (statement === undefined) return
  if (message.type === 'COM_STMT_RESET') {
    statement.longData.clear()
    statement.refusal = undefined
  }
  if (message.type !== 'COM_STMT_EXECUTE' && message.type !== 'COM_STMT_BULK_EXECUTE') return
  const unread = message.type === 'COM_STMT_EXECUTE' ? message.parameters === 'unknown' : message.types === 'unknown'
  if (unread || statement.refusal !== undefined) {
    throw new UnsupportedError(`${message.type} has parameters that are ${unread ? 'unread' : 'refused'}`)
  }
  entry.format = 'binary'
  entry.cursor = message.type === 'COM_STMT_EXECUTE' && (message.flags & CURSOR_FLAGS) !== 0
  // What `withTypes` adds is said too.
  const untold = statement.backendTypes === statement.parameterTypes ? undefined : statement.parameterTypes
  entry.types = typesIn(message) ?? untold
  statement.parameterTypes = entry.types ?? statement.parameterTypes
  statement.longData.clear()
}

/**
 * An execution has its first reply. INVARIANT: the backend knows types from the execution that it ran with them, not before: one that it failed may
 * have been failed unread, and the next without types would be read by it otherwise than by us.
 */
export function executionAnswered<C>(entry: MutableEntry<C>, well: boolean): void {
  const { statement, types } = entry
  if (statement === undefined) return
  // It also closes the statement's cursor, whatever comes of it.
  statement.cursorColumns = undefined
  if (types === undefined) return
  statement.backendTypes = well ? types : undefined
  entry.types = undefined
}

/** An execution is refused: only the frontend knows its types. True when the backend must forget long data. */
export function executionRefused<C>(statement: MutableStatement<C>, message: SessionCommand): boolean {
  statement.parameterTypes = typesIn(message) ?? statement.parameterTypes
  const sent = statement.longData.size > 0
  statement.longData.clear()
  statement.refusal = undefined
  return sent
}

/** The command with the id and the types that the backend knows; itself when that is what it has. */
export function asBackendKnows<C>(message: SessionCommand, statement: MutableStatement<C>): SessionCommand {
  const isLast = statementIdOf(message) === LAST_STATEMENT
  return withTypes(statement, isLast ? ({ ...message, statementId: statement.id } as SessionCommand) : message)
}

/** The execution with its types, where the backend has not been told them. */
function withTypes<C>(statement: MutableStatement<C>, message: SessionCommand): SessionCommand {
  if (statement.backendTypes === statement.parameterTypes) return message
  if (message.type === 'COM_STMT_EXECUTE') {
    const hasParameters = message.parameters !== 'unknown' && message.parameters.length > 0
    return message.bound || !hasParameters ? message : { ...message, bound: true }
  }
  if (message.type !== 'COM_STMT_BULK_EXECUTE' || (message.flags & BULK_FLAG.TYPES_FOLLOW) !== 0) return message
  return { ...message, flags: message.flags | BULK_FLAG.TYPES_FOLLOW }
}

function typesIn(message: SessionCommand): readonly ParameterType[] | undefined {
  if (message.type === 'COM_STMT_BULK_EXECUTE') {
    return message.types === 'unknown' || (message.flags & BULK_FLAG.TYPES_FOLLOW) === 0 ? undefined : message.types
  }
  if (message.type !== 'COM_STMT_EXECUTE' || message.parameters === 'unknown' || !message.bound) return undefined
  return message.parameters.map(({ type, unsigned, name }) => ({ type, unsigned, name }))
}

const CURSOR_FLAGS: number =
  EXECUTE_FLAG.CURSOR_READ_ONLY | EXECUTE_FLAG.CURSOR_FOR_UPDATE | EXECUTE_FLAG.CURSOR_SCROLLABLE
