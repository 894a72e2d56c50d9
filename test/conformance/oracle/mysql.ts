import type { Connection } from 'mysql2/promise'
import type { TestMysql } from '../../support/index.ts'
import type { Change, Observation } from './claims.ts'

/**
 * Runs texts as root, each committed at once, and looks at what changed. The server's binary log is the witness: whatever is to reach a replica stands
 * in it, rows and definitions alike. The server must have been started with one.
 */
export class MysqlOracle {
  readonly #server: TestMysql
  readonly #database: string
  #connection: Connection | undefined

  constructor(server: TestMysql, database: string) {
    this.#server = server
    this.#database = database
  }

  /** Rejects when the text ended the session: no text may. */
  async observe(text: string): Promise<Observation> {
    const connection = (this.#connection ??= await this.#open())
    const before = await this.#look(connection)
    let outcome: Pick<Observation, 'error' | 'statements'>
    try {
      const [result] = await connection.query({ sql: text, timeout: 5000 })
      outcome = { error: undefined, statements: statementsIn(result) }
    } catch (error) {
      const { errno } = error as { readonly errno?: number }
      if (errno === undefined) throw error
      outcome = { error: String(errno), statements: undefined }
    }
    await connection.query('ROLLBACK')
    const after = await this.#look(connection)
    const changed: readonly (readonly [Change, boolean])[] = [
      ['log', before.log !== after.log],
      ['settings', before.settings !== after.settings],
    ]
    return { ...outcome, changes: new Set(changed.filter(([, is]) => is).map(([change]) => change)) }
  }

  /** A new session; what the last one had set is gone. */
  async close(): Promise<void> {
    this.#connection?.destroy()
    this.#connection = undefined
  }

  async #open(): Promise<Connection> {
    const connection = await this.#server.connect({ database: this.#database, multipleStatements: true })
    const limit = this.#server.flavour === 'mariadb' ? 'max_statement_time = 0.3' : 'max_execution_time = 300'
    await connection.query(`SET SESSION ${limit}, lock_wait_timeout = 1, innodb_lock_wait_timeout = 1`)
    return connection
  }

  async #look(connection: Connection): Promise<{ readonly log: string; readonly settings: string }> {
    const [[log]] = (await connection.query(
      this.#server.flavour === 'mariadb' ? 'SHOW MASTER STATUS' : 'SHOW BINARY LOG STATUS',
    )) as unknown as [[{ readonly File: string; readonly Position: number }]]
    const [settings] = (await connection.query('SHOW GLOBAL VARIABLES')) as unknown as [
      readonly { readonly Variable_name: string; readonly Value: string }[],
    ]
    return {
      log: `${log.File} ${log.Position}`,
      settings: settings
        .filter(({ Variable_name: name }) => !/gtid|timestamp|^rand_seed/.test(name))
        .map((row) => `${row.Variable_name}=${row.Value}`)
        .join('\n'),
    }
  }
}

/** Several results are arrays or headers in an array; one is rows or a header. */
function statementsIn(result: unknown): number | undefined {
  if (!Array.isArray(result)) return 1
  const isResult = (item: unknown): boolean =>
    Array.isArray(item) || (item as { constructor?: { name?: string } } | null)?.constructor?.name === 'ResultSetHeader'
  return result.length > 0 && result.every(isResult) ? result.length : 1
}
