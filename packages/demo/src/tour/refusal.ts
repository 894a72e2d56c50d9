import { DatabaseError, type Client } from 'pg'

/** An error as psql prints it, with its SQLSTATE. */
export interface Refusal {
  readonly sqlState: string
  readonly lines: string
}

/** Runs what should be refused. Undefined when it was not. */
export async function refused(client: Client, query: string): Promise<Refusal | undefined> {
  try {
    await client.query(query)
    return undefined
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error
    const lines = [`${error.severity ?? 'ERROR'}:  ${error.message}`]
    if (error.detail !== undefined) lines.push(`DETAIL:  ${error.detail}`)
    if (error.hint !== undefined) lines.push(`HINT:  ${error.hint}`)
    return { sqlState: error.code ?? '', lines: lines.join('\n') }
  }
}
