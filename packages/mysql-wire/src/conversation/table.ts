/** What a packet of the backend is, which depends on what is owed. `End` is EOF, or the OK that stands for it. */
export type Reply =
  | 'OK'
  | 'ERR'
  | 'EOF'
  | 'End'
  | 'ColumnCount'
  | 'ColumnDefinition'
  | 'Row'
  | 'PrepareOk'
  | 'LocalInfileRequest'
  | 'Statistics'
  | 'Progress'

/** What a command is still owed. `Local` is answered here and owed nothing by the backend. */
export type Phase =
  | 'Result'
  | 'Columns'
  | 'ColumnsEnd'
  | 'Rows'
  | 'Infile'
  | 'InfileSent'
  | 'Prepare'
  | 'Parameters'
  | 'ParametersEnd'
  | 'PreparedColumns'
  | 'PreparedColumnsEnd'
  | 'Fields'
  | 'Fetch'
  | 'Simple'
  | 'Statistics'
  | 'Local'
  | 'Done'

/**
 * Every reply that may come in a phase, and the phase it leads to; a missing one is a violation. Where counts and flags decide further
 * (`Conversation.#settle`): a definition may be the last of its kind, an OK or End may announce another result, an EOF may mean a cursor.
 * Spec: page_protocol_com_query_response, page_protocol_com_stmt_prepare, page_protocol_com_stmt_fetch.
 */
export const REPLIES: Readonly<Record<Phase, Readonly<Partial<Record<Reply, Phase>>>>> = {
  Result: { OK: 'Done', ERR: 'Done', ColumnCount: 'Columns', LocalInfileRequest: 'Infile', Progress: 'Result' },
  Columns: { ColumnDefinition: 'Columns' },
  ColumnsEnd: { EOF: 'Rows', ERR: 'Done' },
  Rows: { Row: 'Rows', End: 'Done', ERR: 'Done', Progress: 'Rows' },
  // The server reads the file to its end before it answers.
  Infile: {},
  InfileSent: { OK: 'Done', ERR: 'Done', Progress: 'InfileSent' },
  Prepare: { PrepareOk: 'Parameters', ERR: 'Done' },
  Parameters: { ColumnDefinition: 'Parameters' },
  ParametersEnd: { EOF: 'PreparedColumns' },
  PreparedColumns: { ColumnDefinition: 'PreparedColumns' },
  PreparedColumnsEnd: { EOF: 'Done' },
  Fields: { ColumnDefinition: 'Fields', End: 'Done', ERR: 'Done' },
  Fetch: { Row: 'Fetch', End: 'Done', ERR: 'Done' },
  Simple: { OK: 'Done', End: 'Done', ERR: 'Done', Progress: 'Simple' },
  Statistics: { Statistics: 'Done', ERR: 'Done' },
  Local: {},
  Done: {},
}
