import { createConnection, type ConnectionOptions, type FieldPacket, type ResultSetHeader } from 'mysql2/promise'
import type { Answer, Guest } from './guest.ts'

/** Connects an ordinary client of MariaDB and MySQL; `prompt` is who it shows itself as. */
export async function mysqlGuest(prompt: string, options: ConnectionOptions): Promise<Guest> {
  const client = await createConnection({ ...options, ...AS_SENT })
  // Once the tour is over a lost connection is no news: the services say themselves that they ended.
  client.on('error', () => {})
  return {
    prompt,
    ask: async (query) => answer(await client.query(query), 'text'),
    // A prepared statement's rows are in binary, all of them.
    askInBinary: async (query) => answer(await client.execute(query), 'binary'),
    change: async (statement) => {
      const [{ affectedRows }] = await client.query<ResultSetHeader>(statement)
      return { rows: affectedRows, line: `Query OK, ${affectedRows} row${affectedRows === 1 ? '' : 's'} affected` }
    },
    refusal: async (statement) => {
      try {
        await client.query(statement)
        return undefined
      } catch (error) {
        const { errno, sqlState, sqlMessage } = error as {
          readonly errno?: number
          readonly sqlState?: string
          readonly sqlMessage?: string
        }
        if (sqlMessage === undefined) throw error
        return {
          isDenial: errno === TABLE_ACCESS_DENIED && sqlState === '42000',
          lines: `ERROR ${errno} (${sqlState}): ${sqlMessage}`,
        }
      }
    },
    close: () => client.end().catch(() => {}),
  }
}

function answer([rows, fields]: [unknown, FieldPacket[]], format: 'text' | 'binary'): Answer {
  return {
    columns: fields.map((field) => field.name),
    rows: (rows as readonly (readonly unknown[])[]).map((row) => row.map(asText)),
    formats: fields.map(() => format),
  }
}

function asText(value: unknown): string | null {
  if (value === null) return null
  return typeof value === 'string' ? value : JSON.stringify(value)
}

// The driver would turn dates into Dates and large numbers into something near; the tour shows what came over the wire.
const AS_SENT = { rowsAsArray: true, dateStrings: true, supportBigNumbers: true, bigNumberStrings: true }
// ER_TABLEACCESS_DENIED_ERROR.
const TABLE_ACCESS_DENIED = 1142
