import {
  ANYTHING,
  createAuthority,
  startMysqlServer,
  startSallyport,
  type MysqlFlavour,
  type MysqlLogin,
  type TestMysql,
  type TestSallyport,
} from '../support/index.ts'

/** One server, and two connections to it: `everything` lets all pass that can be read, files of the client too; `readonly` only reads. */
export interface MysqlClients {
  readonly mysql: TestMysql
  readonly sallyport: TestSallyport
  /** The authority behind Sallyport's certificate, in PEM. */
  readonly ca: string
  /** Through Sallyport. */
  readonly through: (connection: 'everything' | 'readonly') => MysqlLogin
  /** Past it. */
  readonly direct: MysqlLogin
  readonly stop: () => Promise<void>
}

/** Starts a server with TLS, and Sallyport with TLS before it. */
export async function startMysqlClients(flavour: MysqlFlavour): Promise<MysqlClients> {
  const mysql = await startMysqlServer(flavour, { tls: true })
  try {
    const authority = createAuthority()
    const { cert, key } = authority.issue({ commonName: 'localhost' })
    const { host, port, user, password, database } = mysql
    const behind = {
      engine: 'mysql',
      target: { host, port, database, tls: 'verify-full', ca: 'file:db-ca.pem' },
      user,
      password,
    } as const
    const sallyport = await startSallyport({
      connections: [
        { ...behind, name: 'everything', guardrails: ['anything'], allowLocalInfile: true },
        { ...behind, name: 'readonly', guardrails: ['read-only'] },
      ],
      guardrails: ANYTHING,
      files: { 'tls.crt': cert, 'tls.key': key, 'ca.pem': authority.cert, 'db-ca.pem': mysql.authority?.cert ?? '' },
      agentTls: { ca: 'file:ca.pem' },
      gateway: { tls: { cert: 'file:tls.crt', key: 'file:tls.key' } },
    })
    return {
      mysql,
      sallyport,
      ca: authority.cert,
      through: (connection) => ({
        host: sallyport.host,
        port: sallyport.mysqlPort,
        user: connection,
        password: sallyport.token,
        database,
      }),
      direct: { host, port, user, password, database },
      stop: async () => {
        await sallyport.stop()
        await mysql.stop()
      },
    }
  } catch (error) {
    await mysql.stop()
    throw error
  }
}
