import { ANYTHING, startPostgres, startSallyport, type TestPostgres, type TestSallyport } from '../support/index.ts'

/** One database, and two connections to it: `everything` lets all pass that can be read, `readonly` only reads. */
export interface Clients {
  readonly postgres: TestPostgres
  readonly sallyport: TestSallyport
  /** Through Sallyport. */
  readonly through: (connection: 'everything' | 'readonly') => ConnectionFields
  /** Past it. */
  readonly direct: ConnectionFields
  readonly stop: () => Promise<void>
}

export interface ConnectionFields {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
}

/** Starts PostgreSQL 15 where it is installed, since its own programs refuse to speak with a newer server. */
export async function startClients(version: 15 | 18): Promise<Clients> {
  const postgres = await startPostgres({ version })
  try {
    const target = { host: postgres.host, port: postgres.port, database: 'postgres' }
    const behind = { target, user: postgres.user, password: postgres.password }
    const sallyport = await startSallyport({
      connections: [
        { ...behind, name: 'everything', guardrails: ['anything'] },
        { ...behind, name: 'readonly', guardrails: ['read-only'] },
      ],
      guardrails: ANYTHING,
    })
    return {
      postgres,
      sallyport,
      through: (user) => ({
        host: sallyport.host,
        port: sallyport.port,
        user,
        password: sallyport.token,
        database: 'postgres',
      }),
      direct: { ...target, user: postgres.user, password: postgres.password },
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
