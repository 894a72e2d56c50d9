/**
 * A piece of a message as the trace shows it. `name` is text that names something, `text` is text that may carry values or secrets, `letter` one
 * byte, `value` a length and as many bytes, `secret` everything that is left and never shown. A list is a 16-bit count and as many pieces.
 */
export type Piece =
  | 'name'
  | 'text'
  | 'letter'
  | 'int16'
  | 'int32'
  | 'value'
  | 'noticeFields'
  | 'secret'
  | { readonly list: readonly Piece[] }

/** A message's name in the trace and its pieces in order. */
export interface Layout {
  readonly name: string
  readonly pieces: readonly Piece[]
}

/** The messages of a frontend by tag. */
export const FRONTEND_LAYOUTS: ReadonlyMap<number, Layout> = byTag({
  B: ['Bind', 'name', 'name', { list: ['int16'] }, { list: ['value'] }, { list: ['int16'] }],
  C: ['Close', 'letter', 'name'],
  D: ['Describe', 'letter', 'name'],
  E: ['Execute', 'name', 'int32'],
  F: ['FunctionCall', 'int32', { list: ['int16'] }, { list: ['value'] }, 'int16'],
  H: ['Flush'],
  P: ['Parse', 'name', 'text', { list: ['int32'] }],
  Q: ['Query', 'text'],
  S: ['Sync'],
  X: ['Terminate'],
  c: ['CopyDone'],
  d: ['CopyData', 'secret'],
  f: ['CopyFail', 'text'],
  p: ['AuthenticationResponse', 'secret'],
})

/** The messages of a backend by tag. */
export const BACKEND_LAYOUTS: ReadonlyMap<number, Layout> = byTag({
  '1': ['ParseComplete'],
  '2': ['BindComplete'],
  '3': ['CloseComplete'],
  A: ['NotificationResponse', 'int32', 'name', 'text'],
  C: ['CommandComplete', 'name'],
  D: ['DataRow', { list: ['value'] }],
  E: ['ErrorResponse', 'noticeFields'],
  G: ['CopyInResponse', 'letter', { list: ['int16'] }],
  H: ['CopyOutResponse', 'letter', { list: ['int16'] }],
  I: ['EmptyQueryResponse'],
  K: ['BackendKeyData', 'int32', 'secret'],
  N: ['NoticeResponse', 'noticeFields'],
  R: ['Authentication', 'int32', 'secret'],
  S: ['ParameterStatus', 'name', 'text'],
  // A column can be named after a value.
  T: ['RowDescription', { list: ['text', 'int32', 'int16', 'int32', 'int16', 'int32', 'int16'] }],
  V: ['FunctionCallResponse', 'value'],
  W: ['CopyBothResponse', 'letter', { list: ['int16'] }],
  Z: ['ReadyForQuery', 'letter'],
  c: ['CopyDone'],
  d: ['CopyData', 'secret'],
  n: ['NoData'],
  s: ['PortalSuspended'],
  t: ['ParameterDescription', { list: ['int32'] }],
  v: ['NegotiateProtocolVersion', 'int32', 'int32', 'secret'],
})

/** Fields of an error or notice that hold no text about data: severity, SQLSTATE, positions, where in the source, names of objects. */
export const PLAIN_NOTICE_FIELDS: ReadonlySet<string> = new Set('S V C P p s t c d n F L R'.split(' '))

function byTag(layouts: Readonly<Record<string, readonly [string, ...Piece[]]>>): ReadonlyMap<number, Layout> {
  return new Map(Object.entries(layouts).map(([tag, [name, ...pieces]]) => [tag.charCodeAt(0), { name, pieces }]))
}
