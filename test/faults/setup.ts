import { readFileSync } from 'node:fs'
import { Client, type ClientConfig } from 'pg'
import {
  ANYTHING,
  startPostgres,
  startSallyport,
  until,
  type SallyportOptions,
  type TestConnection,
  type TestPostgres,
  type TestPostgresOptions,
  type TestSallyport,
} from '../support/index.ts'

/** A database and Sallyport before it: `all` lets everything pass, `masked` masks people.ssn. */
export interface Stage {
  readonly postgres: TestPostgres
  readonly sallyport: TestSallyport
  readonly login: (connection?: 'all' | 'masked') => ClientConfig
  readonly connect: (connection?: 'all' | 'masked', more?: ClientConfig) => Promise<Client>
  /** Resolves when no session of Sallyport's is left in the database. */
  readonly noBackends: () => Promise<void>
  readonly stop: () => Promise<void>
}

export async function setStage(
  options: Partial<SallyportOptions> = {},
  server: TestPostgresOptions = {},
): Promise<Stage> {
  const postgres = await startPostgres(server)
  try {
    await postgres.query(`CREATE TABLE people (id int PRIMARY KEY, name text, ssn text);
      INSERT INTO people SELECT i, 'name ' || i, '123-45-' || lpad(i::text, 4, '0') FROM generate_series(1, 1000) i`)
    const behind = {
      target: { host: postgres.host, port: postgres.port, database: 'postgres' },
      user: postgres.user,
      password: postgres.password,
    }
    const sallyport = await startSallyport(before(behind, options))
    const login = (user: string = 'all'): ClientConfig => ({
      host: sallyport.host,
      port: sallyport.port,
      user,
      password: sallyport.token,
      database: 'postgres',
    })
    return {
      postgres,
      sallyport,
      login,
      connect: async (connection, more) => {
        const client = new Client({ ...login(connection), ...more })
        client.on('error', () => undefined)
        await client.connect()
        return client
      },
      noBackends: () =>
        until(async () => (await ours(postgres)).length === 0, {
          what: 'the end of every session in the database',
          timeoutMs: 5000,
        }),
      stop: async () => {
        await sallyport.stop()
        await postgres.stop()
      },
    }
  } catch (error) {
    await postgres.stop()
    throw error
  }
}

/** Sallyport before one database, of either engine: `all` lets everything pass, `locked` only reads, `masked` masks people.ssn. */
export function before(behind: Omit<TestConnection, 'name'>, options: Partial<SallyportOptions>): SallyportOptions {
  return {
    connections: [
      { ...behind, name: 'all', guardrails: ['anything'] },
      { ...behind, name: 'locked', guardrails: ['read-only', 'no-session-escape'] },
      { ...behind, name: 'masked', guardrails: ['anything'], columns: [{ match: '*.people.ssn', strategy: 'redact' }] },
    ],
    ...options,
    guardrails: { ...ANYTHING, ...options.guardrails },
  }
}

/** The sessions that Sallyport has in the database. */
export async function ours(
  postgres: TestPostgres,
): Promise<readonly { readonly pid: number; readonly state: string }[]> {
  return (await postgres.sessions()).filter(({ application }) => application.startsWith('sallyport:'))
}

/** The SQLSTATE a promise fails with; 'no error' when it does not. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'no error'
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    return code ?? message
  }
}

/** The memory that a process has now, in MiB. */
export function residentOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}
