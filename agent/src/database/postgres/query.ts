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

/**
 * Runs one statement of our own as a simple query, on a connection that is idle and that nobody else reads, and gives each row to `onRow`.
 * Throws AgentError `catalog-failed` for an error of the server, `catalog-too-large` beyond the bounds, `database-violation`.
 */
export async function query(
  connection: { readonly socket: Socket; readonly messages: MessageSource },
  text: string,
  bounds: QueryBounds,
  onRow: (row: TextRow) => void,
): Promise<void> {
  connection.socket.write(encodeFrontend({ type: 'Query', query: text }))
  let rows = 0
  let bytes = 0
  let failure: AgentError | undefined
  for (;;) {
    const message = await connection.messages.next()
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
