import { createConnection, type Connection, type ConnectionOptions } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mysqlFlavours, startMysqlServer, type TestMysql } from '../../support/index.ts'
import { type MysqlRelayPort, startMysqlRelayPort } from './relay-port.ts'
import { ATTACKS, createShop, ORDINARY, RULES, SECRETS } from './shop.ts'

describe.each(mysqlFlavours())('masking results of %s', (flavour) => {
  let server: TestMysql
  let masked: MysqlRelayPort
  let bare: MysqlRelayPort

  beforeAll(async () => {
    server = await startMysqlServer(flavour, { settings: { 'log-bin-trust-function-creators': '1' } })
    await createShop(server)
    const account = { mysql: server, user: server.user, password: server.password, database: 'shop' }
    masked = await startMysqlRelayPort({ ...account, rules: RULES })
    bare = await startMysqlRelayPort(account)
  })

  afterAll(async () => {
    await masked?.stop()
    await bare?.stop()
    await server?.stop()
  })

  /** Runs statements in a session of their own; what came of each. */
  async function run(port: MysqlRelayPort, text: string, way: 'query' | 'execute'): Promise<readonly unknown[]> {
    const connection = await connect(port)
    const outcomes: unknown[] = []
    try {
      for (const statement of text.split(' | ')) {
        try {
          const asked = { sql: statement, rowsAsArray: true }
          const [rows, fields] = way === 'query' ? await connection.query(asked) : await connection.execute(asked)
          outcomes.push([rows, (fields as unknown as { name: string }[] | undefined)?.map((field) => field?.name)])
        } catch (error) {
          outcomes.push(error instanceof Error ? error.message : error)
        }
      }
    } finally {
      connection.destroy()
    }
    return outcomes
  }

  function connect(port: MysqlRelayPort, options: ConnectionOptions = {}): Promise<Connection> {
    return createConnection({ host: '127.0.0.1', port: port.port, user: 'x', multipleStatements: true, ...options })
  }

  it.each(ATTACKS)('nothing protected comes through %s', async (text) => {
    for (const way of ['query', 'execute'] as const) {
      masked.sent.length = 0
      masked.failures.length = 0
      const outcomes = await run(masked, text, way)
      expect({ shown: shown(masked), outcomes }).toEqual({ shown: [], outcomes })
      expect(masked.failures.map(({ message }) => message)).toEqual([])
    }
  })

  function shown(port: MysqlRelayPort): readonly string[] {
    const bytes = Buffer.concat(port.sent)
    return FORMS.filter(({ form }) => bytes.includes(form)).map(({ name }) => name)
  }

  it.each(ORDINARY)('%s shows the same with masking and without', async (text) => {
    for (const way of ONE_WAY.test(text) ? (['query'] as const) : (['query', 'execute'] as const)) {
      expect(await run(masked, text, way)).toEqual(await run(bare, text, way))
    }
  })

  it('the attacks show what is protected where nothing is masked', async () => {
    const idle: string[] = []
    for (const text of ATTACKS) {
      bare.sent.length = 0
      await run(bare, text, 'query')
      if (shown(bare).length === 0) idle.push(text)
    }
    // Some are of one server alone, and some are oracles that need many questions.
    expect(idle.slice(Math.floor(ATTACKS.length / 3))).toEqual([])
  })
})

/** What the protocol of prepared statements does not take. */
const ONE_WAY = /;|START TRANSACTION/

/** The secrets in the shapes in which a server can write them. */
const FORMS: readonly { readonly name: string; readonly form: Buffer }[] = SECRETS.flatMap((secret) => {
  const bytes = Buffer.from(secret)
  const number = Buffer.alloc(4)
  if (/^\d+$/.test(secret)) number.writeInt32LE(Number(secret))
  return [
    { name: secret, form: bytes },
    { name: `${secret} in hexadecimal`, form: Buffer.from(bytes.toString('hex').toUpperCase()) },
    { name: `${secret} in base64`, form: Buffer.from(bytes.toString('base64').slice(0, -4)) },
    { name: `${secret} reversed`, form: Buffer.from(bytes.toReversed()) },
    { name: `${secret} in UTF-16`, form: Buffer.from(secret, 'utf16le').subarray(0, -1) },
    ...(/^\d+$/.test(secret) ? [{ name: `${secret} in binary`, form: number }] : []),
  ]
})
