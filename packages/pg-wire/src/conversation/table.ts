import type { BackendType } from '../backend/message.ts'

/** What an entry of the queue is still owed; `Done` when it is owed nothing more, `Failed` when it failed and the backend skips to a Sync. */
export type Phase =
  | 'Parse'
  | 'Bind'
  | 'Close'
  | 'DescribeStatement'
  | 'DescribePortal'
  | 'Execute'
  | 'ExecuteCopyIn'
  | 'ExecuteCopyOut'
  | 'ExecuteCopyOutDone'
  | 'Query'
  | 'QueryRows'
  | 'QueryCopyIn'
  | 'QueryCopyOut'
  | 'QueryCopyOutDone'
  | 'QueryNext'
  | 'FunctionCall'
  | 'FunctionCallDone'
  | 'Sync'
  | 'AwaitReady'
  | 'Done'
  | 'Failed'

/**
 * Every reply that may come in a phase, and the phase it leads to; a missing one is a violation. Notices, notifications and parameter changes may
 * come in every phase and a FATAL error ends every phase: they are not in the table. CopyBothResponse is in no phase: replication is refused.
 * Spec: protocol-flow.
 */
export const REPLIES: Readonly<Record<Phase, Readonly<Partial<Record<BackendType, Phase>>>>> = {
  Parse: { ParseComplete: 'Done', ErrorResponse: 'Failed' },
  Bind: { BindComplete: 'Done', ErrorResponse: 'Failed' },
  Close: { CloseComplete: 'Done', ErrorResponse: 'Failed' },
  DescribeStatement: { ParameterDescription: 'DescribePortal', ErrorResponse: 'Failed' },
  // What a statement still owes after its parameters is what a portal owes.
  DescribePortal: { RowDescription: 'Done', NoData: 'Done', ErrorResponse: 'Failed' },
  Execute: {
    DataRow: 'Execute',
    CopyInResponse: 'ExecuteCopyIn',
    CopyOutResponse: 'ExecuteCopyOut',
    CommandComplete: 'Done',
    EmptyQueryResponse: 'Done',
    PortalSuspended: 'Done',
    ErrorResponse: 'Failed',
  },
  ExecuteCopyIn: { CommandComplete: 'Done', ErrorResponse: 'Failed' },
  ExecuteCopyOut: { CopyData: 'ExecuteCopyOut', CopyDone: 'ExecuteCopyOutDone', ErrorResponse: 'Failed' },
  ExecuteCopyOutDone: { CommandComplete: 'Done', ErrorResponse: 'Failed' },
  // A text is answered by one result per statement and then ReadyForQuery; even an empty text has a result.
  Query: {
    RowDescription: 'QueryRows',
    CopyInResponse: 'QueryCopyIn',
    CopyOutResponse: 'QueryCopyOut',
    CommandComplete: 'QueryNext',
    EmptyQueryResponse: 'QueryNext',
    ErrorResponse: 'AwaitReady',
  },
  // A rewrite rule can add result sets of its own to a statement: descriptions may follow rows before the statement is complete.
  QueryRows: {
    DataRow: 'QueryRows',
    RowDescription: 'QueryRows',
    CommandComplete: 'QueryNext',
    ErrorResponse: 'AwaitReady',
  },
  QueryCopyIn: { CommandComplete: 'QueryNext', ErrorResponse: 'AwaitReady' },
  QueryCopyOut: { CopyData: 'QueryCopyOut', CopyDone: 'QueryCopyOutDone', ErrorResponse: 'AwaitReady' },
  QueryCopyOutDone: { CommandComplete: 'QueryNext', ErrorResponse: 'AwaitReady' },
  QueryNext: {
    RowDescription: 'QueryRows',
    CopyInResponse: 'QueryCopyIn',
    CopyOutResponse: 'QueryCopyOut',
    CommandComplete: 'QueryNext',
    EmptyQueryResponse: 'QueryNext',
    ErrorResponse: 'AwaitReady',
    ReadyForQuery: 'Done',
  },
  FunctionCall: { FunctionCallResponse: 'FunctionCallDone', ErrorResponse: 'AwaitReady' },
  // The commit comes after the result, and may fail.
  FunctionCallDone: { ErrorResponse: 'AwaitReady', ReadyForQuery: 'Done' },
  // A Sync commits, which may fail: deferred constraints.
  Sync: { ErrorResponse: 'AwaitReady', ReadyForQuery: 'Done' },
  AwaitReady: { ReadyForQuery: 'Done' },
  Done: {},
  Failed: {},
}
