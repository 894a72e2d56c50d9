import type { Socket } from 'node:net'
import { type BackendMessage, encodeFrontend, noticeField } from '@sallyport/pg-wire'
import { AgentError } from '../../errors.ts'
import type { MessageSource } from './messages.ts'

/** What the rows of one query may take. */
export interface QueryBounds {
  readonly maxRows: number
  /** Of all values together. */
  readonly maxBytes: number
}

/** A row as text; NULL is undefined. */
export type TextRow = readonly (string | undefined)[]

/** A statement of our own, and what becomes of its rows. */
export interface OwnQuery {
  readonly text: string
  readonly onRow: (row: TextRow) => void
}

/**
 * Runs statements of our own, one simple query each, on a connection that is idle and that nobody else reads. They are sent together, so the
 * way to the server is waited for once. Throws AgentError `catalog-failed` for an error of the server, `catalog-too-large` beyond the
 * bounds, `database-violation`; the connection is of no use then.
 */
export async function runQueries(
  connection: { readonly socket: Socket; readonly messages: MessageSource },
  queries: readonly OwnQuery[],
  bounds: QueryBounds,
): Promise<void> {
  for (const { text } of queries) connection.socket.write(encodeFrontend({ type: 'Query', query: text }))
  for (const { onRow } of queries) await readAnswer(connection.messages, bounds, onRow)
}

async function readAnswer(messages: MessageSource, bounds: QueryBounds, onRow: OwnQuery['onRow']): Promise<void> {
  let rows = 0
  let bytes = 0
  let failure: AgentError | undefined
  for (;;) {
    const message = await messages.next()
    if (message.type === 'DataRow') {
      rows++
      for (const value of message.values) bytes += value?.length ?? 0
      if (rows > bounds.maxRows || bytes > bounds.maxBytes) {
        throw new AgentError(
          'catalog-too-large',
          `an answer has more than ${bounds.maxRows} rows or ${bounds.maxBytes} bytes`,
        )
      }
      onRow(message.values.map((value) => (value === null ? undefined : Buffer.from(value).toString('utf8'))))
    } else if (message.type === 'ErrorResponse') {
      const sqlState = noticeField(message, 'sqlState') ?? 'no SQLSTATE'
      failure = new AgentError('catalog-failed', `the database refused a query of the agent's own: ${sqlState}`)
    } else if (message.type === 'ReadyForQuery') {
      if (failure !== undefined) throw failure
      return
    } else if (!EXPECTED.has(message.type)) {
      throw new AgentError('database-violation', `${message.type} answers no query`)
    }
  }
}

const EXPECTED: ReadonlySet<BackendMessage['type']> = new Set<BackendMessage['type']>([
  'RowDescription',
  'CommandComplete',
  'NoticeResponse',
  'ParameterStatus',
  'NotificationResponse',
])
