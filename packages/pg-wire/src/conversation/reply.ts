import { type BackendType, decodeBackendAs } from '../backend/message.ts'
import { CommandComplete } from '../backend/command-complete.ts'
import { type CopyFormats, CopyInResponse, CopyOutResponse } from '../backend/copy-response.ts'
import { ParameterDescription } from '../backend/parameter-description.ts'
import { type Field, RowDescription } from '../backend/row-description.ts'
import { MalformedMessageError } from '../errors.ts'
import { HEADER_BYTES, type RawMessage } from '../framing/raw-message.ts'
import type { MutableEntry } from './entry.ts'
import type { ConversationEvent } from './event.ts'

/** What a reply that the table allows means for its entry, noted in the entry. Undefined when there is nothing to tell. */
export function readReply<C>(
  type: BackendType,
  entry: MutableEntry<C>,
  raw: RawMessage,
): ConversationEvent<C> | undefined {
  if (BODILESS.has(type) && raw.bytes.length !== HEADER_BYTES) {
    throw new MalformedMessageError('backend', `${type} has a body of ${raw.bytes.length - HEADER_BYTES} bytes`)
  }
  return READERS[type]?.(entry, raw)
}

type ReplyReader = <C>(entry: MutableEntry<C>, raw: RawMessage) => ConversationEvent<C>

const READERS: Readonly<Partial<Record<BackendType, ReplyReader>>> = {
  ParseComplete: acknowledge,
  BindComplete: acknowledge,
  CloseComplete: acknowledge,
  FunctionCallResponse: acknowledge,
  PortalSuspended: (entry) => ({ type: 'suspended', entry }),
  ParameterDescription: (entry, raw) => {
    const { parameterTypes } = decodeBackendAs(ParameterDescription, raw)
    return { type: 'parameters', entry, parameterTypes }
  },
  RowDescription: (entry, raw) => describe(entry, decodeBackendAs(RowDescription, raw).fields),
  NoData: (entry) => describe(entry, 'none'),
  CommandComplete: (entry, raw) => complete(entry, decodeBackendAs(CommandComplete, raw).commandTag),
  EmptyQueryResponse: (entry) => complete(entry, ''),
  CopyInResponse: (entry, raw) => copy(entry, 'in', decodeBackendAs(CopyInResponse, raw)),
  CopyOutResponse: (entry, raw) => copy(entry, 'out', decodeBackendAs(CopyOutResponse, raw)),
}

function acknowledge<C>(entry: MutableEntry<C>): ConversationEvent<C> {
  return { type: 'acknowledged', entry }
}

/** Notes the columns where later messages find them. */
function describe<C>(entry: MutableEntry<C>, fields: readonly Field[] | 'none'): ConversationEvent<C> {
  entry.fields = fields
  if (entry.type === 'Describe') {
    if (entry.target === 'portal' && entry.portal !== undefined) entry.portal.fields = fields
    if (entry.target === 'statement' && entry.statement !== undefined) entry.statement.fields = fields
  }
  return { type: 'described', entry, fields }
}

/** The statement being answered is complete; a Query goes on to the next. */
function complete<C>(entry: MutableEntry<C>, commandTag: string): ConversationEvent<C> {
  const index = entry.statementIndex
  entry.copy = undefined
  if (entry.type === 'Query') {
    entry.statementIndex = index + 1
    entry.fields = undefined
  }
  return { type: 'completed', entry, index, commandTag }
}

/** COPY data begins to flow. */
function copy<C>(entry: MutableEntry<C>, direction: 'in' | 'out', formats: CopyFormats): ConversationEvent<C> {
  entry.copy = { direction, format: formats.format, columnFormats: formats.columnFormats }
  return { type: 'copy', entry, direction, formats }
}

const BODILESS: ReadonlySet<BackendType> = new Set<BackendType>([
  'ParseComplete',
  'BindComplete',
  'CloseComplete',
  'PortalSuspended',
  'NoData',
  'EmptyQueryResponse',
  'CopyDone',
])
