import { encodeBackend, type BackendMessage } from '../../backend/message.ts'
import type { ErrorResponse } from '../../backend/error-response.ts'
import { noticeFields } from '../../backend/notice-fields.ts'
import { RawMessage } from '../../framing/raw-message.ts'
import type { Bind } from '../../frontend/bind.ts'
import type { Parse } from '../../frontend/parse.ts'
import type { Conversation } from '../conversation.ts'
import type { Step } from '../event.ts'

/** Tells the conversation replies of the backend one after the other; the last step is the result. */
export function reply<C>(conversation: Conversation<C>, ...messages: readonly BackendMessage[]): Step<C> {
  let step: Step<C> | undefined
  for (const message of messages) step = conversation.backend(new RawMessage(encodeBackend(message)))
  if (step === undefined) throw new Error('no message was given')
  return step
}

export function error(message: string, severity: string = 'ERROR'): ErrorResponse {
  return { type: 'ErrorResponse', fields: noticeFields({ severity, sqlState: '42501', message }) }
}

export function parse(name: string, query: string = 'SELECT 1'): Parse {
  return { type: 'Parse', name, query, parameterTypes: [] }
}

export function bind(portal: string, statement: string): Bind {
  return { type: 'Bind', portal, statement, parameterFormats: [], parameters: [], resultFormats: [] }
}

export const PARSED: BackendMessage = { type: 'ParseComplete' }
export const BOUND: BackendMessage = { type: 'BindComplete' }
export const COMPLETE: BackendMessage = { type: 'CommandComplete', commandTag: 'SELECT 1' }
export const ROW: BackendMessage = { type: 'DataRow', values: [null] }
export const DESCRIBED: BackendMessage = {
  type: 'RowDescription',
  fields: [{ name: 'v', tableOid: 0, attribute: 0, typeOid: 25, typeSize: -1, typeModifier: -1, format: 0 }],
}
export const READY: BackendMessage = { type: 'ReadyForQuery', status: 'idle' }
export const IN_BLOCK: BackendMessage = { type: 'ReadyForQuery', status: 'block' }
export const COPY_IN: BackendMessage = { type: 'CopyInResponse', format: 0, columnFormats: [0] }
