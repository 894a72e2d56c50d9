import type { CopyFormats } from '../backend/copy-response.ts'
import type { ErrorResponse } from '../backend/error-response.ts'
import type { TransactionStatus } from '../backend/ready-for-query.ts'
import type { Field } from '../backend/row-description.ts'
import type { Entry } from './entry.ts'

/** What a message of the backend meant; a value, for the caller to act on. */
export type ConversationEvent<C> =
  /** ReadyForQuery: the replies of a Query, FunctionCall or Sync are complete. */
  | { readonly type: 'ready'; readonly entry: Entry<C>; readonly status: TransactionStatus }
  /** A statement of a Query (which: `index`), or the statement of an Execute, succeeded; the tag of an empty one is ''. */
  | { readonly type: 'completed'; readonly entry: Entry<C>; readonly index: number; readonly commandTag: string }
  /** An Execute stopped at its row limit. */
  | { readonly type: 'suspended'; readonly entry: Entry<C> }
  /** A Parse, Bind, Close or FunctionCall succeeded. */
  | { readonly type: 'acknowledged'; readonly entry: Entry<C> }
  /** The message failed at statement `index`. `error` is what the backend said; what the frontend gets for a refused one is its refusal. */
  | {
      readonly type: 'failed'
      readonly entry: Entry<C>
      readonly index: number
      readonly error: ErrorResponse
      readonly refused: boolean
    }
  /** Messages the backend passed over after an error, known when it is ready again. */
  | { readonly type: 'skipped'; readonly entries: readonly Entry<C>[] }
  /** The columns of a statement or portal (Describe), or of the rows that follow (Query); 'none' when there are no rows. */
  | { readonly type: 'described'; readonly entry: Entry<C>; readonly fields: readonly Field[] | 'none' }
  /** The types of a statement's parameters (Describe). */
  | { readonly type: 'parameters'; readonly entry: Entry<C>; readonly parameterTypes: readonly number[] }
  /** COPY data begins to flow: from the frontend (`in`) or to it (`out`). */
  | { readonly type: 'copy'; readonly entry: Entry<C>; readonly direction: 'in' | 'out'; readonly formats: CopyFormats }
  /** NoticeResponse, NotificationResponse or ParameterStatus: belongs to no message. */
  | { readonly type: 'asynchronous' }
  /** The backend ends the session. */
  | { readonly type: 'terminated'; readonly error: ErrorResponse }

/** What to do with a message of the backend, and what it meant. */
export type Step<C> =
  | { readonly action: 'forward'; readonly events: readonly ConversationEvent<C>[] }
  /** The reply to an injected message: the frontend must not see it. */
  | { readonly action: 'drop'; readonly events: readonly ConversationEvent<C>[] }
  /** The error for a refused message: the frontend gets these bytes instead. */
  | { readonly action: 'replace'; readonly bytes: Uint8Array; readonly events: readonly ConversationEvent<C>[] }
