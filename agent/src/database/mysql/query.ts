import type { Socket } from 'node:net'
import { Reader } from '@sallyport/bytes'
import { Conversation, encodeFrontend, readTextRow } from '@sallyport/mysql-wire'
import { AgentError } from '../../errors.ts'
import type { LoggedInConnection } from './login.ts'
import { type PacketSource, refusingViolations } from './packets.ts'

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
  readonly onRow?: (row: TextRow) => void
}

/** A connection that is idle and that nobody else reads. */
export interface OwnConnection {
  readonly socket: Socket
  readonly packets: PacketSource
  readonly conversation: Conversation<undefined>
}

/** Takes over a connection that has just been logged in to. */
export function ownConnection({ socket, packets, login }: LoggedInConnection): OwnConnection {
  return { socket, packets, conversation: new Conversation({ capabilities: login.capabilities }) }
}

/**
 * Runs statements of our own, one after the other. Throws AgentError `catalog-failed` for an error of the server, `catalog-too-large` beyond the
 * bounds, `database-violation`; the connection is of no use then.
 */
export async function runQueries(
  connection: OwnConnection,
  queries: readonly OwnQuery[],
  bounds: QueryBounds,
): Promise<void> {
  const { socket, conversation } = connection
  for (const query of queries) {
    const command = { type: 'COM_QUERY', attributes: [], query: Buffer.from(query.text) } as const
    conversation.frontend(command)
    socket.write(encodeFrontend(command, conversation.commands))
    await refusingViolations(() => readAnswer(connection, query, bounds))
  }
}

async function readAnswer(
  { packets, conversation }: OwnConnection,
  { onRow }: OwnQuery,
  bounds: QueryBounds,
): Promise<void> {
  let rows = 0
  let bytes = 0
  while (conversation.pending > 0) {
    const raw = await packets.next()
    const isRow = conversation.streams(raw.payload[0] ?? -1, raw.payload.length)
    const columns = conversation.current?.columnCount ?? 0
    const { events } = conversation.backend(raw)
    for (const event of events) {
      if (event.type !== 'failed') continue
      const { errorCode, sqlState } = event.error
      throw new AgentError(
        'catalog-failed',
        `the database refused a query of the agent's own: ${errorCode} (${sqlState})`,
      )
    }
    if (!isRow) continue
    rows += 1
    bytes += raw.payload.length
    if (rows > bounds.maxRows || bytes > bounds.maxBytes) {
      throw new AgentError(
        'catalog-too-large',
        `an answer has more than ${bounds.maxRows} rows or ${bounds.maxBytes} bytes`,
      )
    }
    const { values } = readTextRow(new Reader(raw.payload), columns)
    onRow?.(values.map((value) => (value === null ? undefined : Buffer.from(value).toString('utf8'))))
  }
}
