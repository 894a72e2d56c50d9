import type { SessionChange, SettingValue, Statement } from '@sallyport/core'
import { bodyOf, listOf, literalOf, nodeOf, textOf, type Fields } from './ast.ts'
import { isQuotedList } from './session-settings.ts'
import { settingCallOf } from './set-config.ts'

/** What a statement does to names and settings of its session; `inner` gives the facts of a statement inside it. */
export function sessionChangeOf(
  statement: unknown,
  inner: (statement: unknown) => Statement,
): SessionChange | undefined {
  const node = nodeOf(statement)
  if (node === undefined) return undefined
  const { body } = node
  switch (node.tag) {
    case 'VariableSetStmt':
      return settingChange(body)
    case 'TransactionStmt':
      return readOnlyOption(body['options'], 'transaction_read_only', true)
    case 'SelectStmt':
      return setConfig(body)
    case 'DiscardStmt':
      return body['target'] === undefined || body['target'] === 'DISCARD_ALL' ? { type: 'reset-all' } : undefined
    case 'PrepareStmt':
      return { type: 'prepare', name: textOf(body['name']), statement: inner(body['query']) }
    case 'ExecuteStmt':
      return { type: 'execute', name: textOf(body['name']) }
    case 'DeallocateStmt':
      return { type: 'deallocate', name: body['isall'] === true ? undefined : textOf(body['name']) }
    case 'DeclareCursorStmt':
      return { type: 'declare', name: textOf(body['portalname']), statement: inner(body['query']) }
    case 'FetchStmt':
      return { type: 'fetch', name: textOf(body['portalname']) }
    case 'ClosePortalStmt':
      return { type: 'close', name: textOf(body['portalname']) || undefined }
    case 'CopyStmt':
      return copyChange(body)
    default:
      return undefined
  }
}

function settingChange(body: Fields): SessionChange | undefined {
  const name = textOf(body['name']).toLowerCase()
  const local = body['is_local'] === true
  switch (body['kind']) {
    case 'VAR_RESET_ALL':
      return { type: 'reset-all' }
    case 'VAR_RESET':
    case 'VAR_SET_DEFAULT':
      return { type: 'set', name, value: 'default', local }
    case 'VAR_SET_MULTI':
      if (name === 'session characteristics')
        return readOnlyOption(body['args'], 'default_transaction_read_only', false)
      return readOnlyOption(body['args'], 'transaction_read_only', true)
    case 'VAR_SET_CURRENT':
      return { type: 'set', name, value: 'unknown', local }
    default:
      return { type: 'set', name, value: settingValue(name, body['args']), local }
  }
}

/** The value of SET as set_config would take it: the parts of a list are quoted as the server quotes them. */
export function settingValue(name: string, args: unknown): SettingValue {
  const parts = listOf(args).map((arg) => literalOf(arg))
  if (parts.length === 0 || parts.includes(undefined)) return 'unknown'
  if (parts.length === 1 && !isQuotedList(name)) return { literal: parts[0] ?? '' }
  return { literal: parts.map((part) => quoteIdentifier(part ?? '')).join(', ') }
}

function quoteIdentifier(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`
}

/** Of the options of a transaction, the one that decides about writing; the last one counts. */
function readOnlyOption(options: unknown, name: string, local: boolean): SessionChange | undefined {
  const option = listOf(options)
    .map((item) => bodyOf(item, 'DefElem'))
    .findLast((item) => item?.['defname'] === 'transaction_read_only')
  if (option === undefined) return undefined
  return { type: 'set', name, value: { literal: literalOf(option['arg']) === '1' ? 'on' : 'off' }, local }
}

function setConfig(body: Fields): SessionChange | undefined {
  const call = settingCallOf(body)
  if (call === undefined) return undefined
  const value: SettingValue = call.value === undefined ? 'unknown' : { literal: call.value }
  return { type: 'set', name: call.name, value, local: call.local }
}

function copyChange(body: Fields): SessionChange | undefined {
  if (body['filename'] !== undefined || body['is_program'] === true) return undefined
  const formats = listOf(body['options'])
    .map((item) => bodyOf(item, 'DefElem') ?? {})
    .filter((option) => option['defname'] === 'format')
    .map((option) => literalOf(option['arg']) ?? '')
  const format = formats[0] ?? 'text'
  const known = formats.length < 2 && (format === 'text' || format === 'csv' || format === 'binary')
  return { type: 'copy', direction: body['is_from'] === true ? 'in' : 'out', format: known ? format : 'unknown' }
}
