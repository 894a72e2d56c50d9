import type { Client } from 'pg'
import type { TestPostgres } from '../../support/index.ts'
import type { Change, Observation } from './claims.ts'

/** Runs texts as a superuser in a transaction that may write, looks at what changed, and rolls it back. */
export class PostgresOracle {
  readonly #server: TestPostgres
  readonly #database: string
  #client: Client | undefined

  readonly #look: string
  #last: Row | undefined

  /** @param how `quick` looks at transaction number, the sequence `s`, locks and some settings; `whole` at everything */
  constructor(server: TestPostgres, database: string, how: 'quick' | 'whole' = 'whole') {
    this.#server = server
    this.#database = database
    this.#look = how === 'quick' ? QUICK_LOOK : LOOK
  }

  /** Rejects when the text ended the session: no text may. */
  async observe(text: string): Promise<Observation> {
    const client = (this.#client ??= await this.#open())
    const isQuick = this.#look === QUICK_LOOK
    const before = isQuick && this.#last !== undefined ? this.#last : await this.#row(client)
    try {
      const result: unknown = await client.query(text)
      const after = await this.#row(client)
      // What a sequence gave away is not taken back.
      this.#last = { ...before, sequences: after.sequences }
      const statements = Array.isArray(result)
        ? result.length
        : Number((result as { command: unknown }).command !== null)
      return { error: undefined, changes: changesOf(before, after), statements }
    } catch (error) {
      const { code } = error as { readonly code?: string }
      if (code === undefined || !/^[0-9A-Z]{5}$/.test(code)) throw error
      this.#last = undefined
      return { error: code, changes: new Set(), statements: undefined }
    } finally {
      await client.query('ROLLBACK; SELECT pg_advisory_unlock_all(); BEGIN')
    }
  }

  async close(): Promise<void> {
    await this.#client?.end()
    this.#client = undefined
  }

  async #open(): Promise<Client> {
    const client = await this.#server.connect({ database: this.#database })
    client.on('error', () => undefined)
    await client.query("SET statement_timeout = '300ms'; SET lock_timeout = '100ms'; SET client_min_messages = error")
    // By itself: in one text with them it would take them back with its ROLLBACK.
    await client.query('BEGIN')
    return client
  }

  async #row(client: Client): Promise<Row> {
    const { rows } = await client.query<Row>(this.#look)
    return rows[0] as Row
  }
}

interface Row {
  readonly xid: boolean
  readonly rows: string
  readonly catalogue: string
  readonly sequences: string
  readonly settings: string
  readonly locks: string
}

function changesOf(before: Row, after: Row): ReadonlySet<Change> {
  const changes: readonly (readonly [Change, boolean])[] = [
    // Whoever writes gets a number for its transaction.
    ['log', after.xid],
    ['rows', before.rows !== after.rows],
    ['catalogue', before.catalogue !== after.catalogue],
    ['sequence', before.sequences !== after.sequences],
    ['settings', before.settings !== after.settings],
    ['locks', before.locks !== after.locks],
  ]
  return new Set(changes.filter(([, changed]) => changed).map(([change]) => change))
}

const LOOK = `
  SELECT pg_current_xact_id_if_assigned() IS NOT NULL AS xid,
         coalesce(sum(changed) FILTER (WHERE NOT own), 0)::text AS rows,
         coalesce(sum(changed) FILTER (WHERE own), 0)::text AS catalogue,
         (SELECT coalesce(string_agg(concat_ws(' ', schemaname, sequencename, last_value), ',' ORDER BY 1), '') FROM pg_sequences) AS sequences,
         (SELECT md5(string_agg(name || '=' || coalesce(setting, ''), ',' ORDER BY name)) FROM pg_settings) AS settings,
         (SELECT count(*)::text FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()) AS locks
    FROM (SELECT schemaname IN ('pg_catalog', 'pg_toast') AS own, n_tup_ins + n_tup_upd + n_tup_del AS changed
            FROM pg_stat_xact_all_tables) tables`

const QUICK_LOOK = `
  SELECT pg_current_xact_id_if_assigned() IS NOT NULL AS xid, '' AS rows, '' AS catalogue,
         (SELECT last_value || ' ' || is_called FROM s) AS sequences,
         concat_ws(' ', current_setting('work_mem'), current_setting('search_path'), current_setting('role'), current_setting('datestyle')) AS settings,
         (SELECT count(*)::text FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()) AS locks`
