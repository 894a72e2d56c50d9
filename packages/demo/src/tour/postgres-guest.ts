import { Client, DatabaseError, type ClientConfig } from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import type { Answer, Guest } from './guest.ts'

/** Connects an ordinary client of PostgreSQL; `prompt` is who it shows itself as. */
export async function postgresGuest(prompt: string, config: ClientConfig): Promise<Guest> {
  const client = new Client(config)
  // Once the tour is over a lost connection is no news: the services say themselves that they ended.
  client.on('error', () => {})
  await client.connect()
  return {
    prompt,
    ask: (query) => ask(client, query, false),
    askInBinary: (query) => ask(client, query, true),
    copyOut: async (statement) => {
      const chunks: Buffer[] = []
      for await (const chunk of client.query(copyTo(statement))) chunks.push(chunk as Buffer)
      return Buffer.concat(chunks).toString('utf8')
    },
    change: async (statement) => {
      const { rowCount, command } = await client.query(statement)
      return { rows: rowCount ?? 0, line: `${command} ${rowCount}` }
    },
    refusal: async (statement) => {
      try {
        await client.query(statement)
        return undefined
      } catch (error) {
        if (!(error instanceof DatabaseError)) throw error
        const lines = [`${error.severity ?? 'ERROR'}:  ${error.message}`]
        if (error.detail !== undefined) lines.push(`DETAIL:  ${error.detail}`)
        if (error.hint !== undefined) lines.push(`HINT:  ${error.hint}`)
        return { isDenial: error.code === INSUFFICIENT_PRIVILEGE, lines: lines.join('\n') }
      }
    },
    close: () => client.end().catch(() => {}),
  }
}

async function ask(client: Client, query: string, binary: boolean): Promise<Answer> {
  // The driver would turn dates into Dates and JSON into objects; the tour shows what came over the wire.
  const asked = { text: query, rowMode: 'array' as const, binary, types: AS_SENT, ...(binary ? EXTENDED : {}) }
  const result = await client.query<(string | null)[]>(asked)
  return {
    columns: result.fields.map((field) => field.name),
    rows: result.rows,
    formats: result.fields.map((field) => field.format),
  }
}

// Formats can be asked for in the extended query alone.
const EXTENDED = { queryMode: 'extended' }

const AS_SENT = {
  getTypeParser:
    () =>
    (value: unknown): unknown =>
      Buffer.isBuffer(value) ? value.toString('utf8') : value,
}

const INSUFFICIENT_PRIVILEGE = '42501'
