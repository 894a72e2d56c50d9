import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeFrontend } from '@sallyport/pg-wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { before } from '../faults/setup.ts'
import { startPeople } from '../faults/mysql-setup.ts'
import {
  mysqlFlavours,
  openMysqlWire,
  openWire,
  sallyport as run,
  startPostgres,
  startSallyport,
  type TestMysql,
  type TestPostgres,
  type TestSallyport,
} from '../support/index.ts'
import { answerTo } from './raw.ts'

// What moves the cursor, colours a terminal, ends a line in some programs, or turns the direction of what follows.
const FORGED = '{"level":30,"msg":"all is well"}'
const TRICKS = [
  `\n${FORGED}`,
  '\r\n',
  '\u001b[2J\u001b]0;owned\u0007',
  '\u009b31m',
  '\u2028',
  '\u202edesrever',
  '\u0007\u0008',
]
// oxlint-disable-next-line eslint/no-control-regex -- control characters are what it looks for
const UNSEEN = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/u
// oxlint-disable-next-line eslint/no-control-regex -- the same
const CONTROL = /[\u0000-\u001f]/u

let postgres: TestPostgres
let sallyport: TestSallyport

beforeAll(async () => {
  postgres = await startPostgres()
  const { host, port, user, password } = postgres
  sallyport = await startSallyport(before({ target: { host, port, database: 'postgres' }, user, password }, {}))
})

afterAll(async () => {
  await sallyport?.stop()
  await postgres?.stop()
})

it('nothing that a client says of itself or asks for changes how a log reads', async () => {
  const { port, token } = sallyport
  const parameters = (name: string, value: string): { name: string; value: string }[] => [
    { name: 'user', value: 'all' },
    { name, value },
  ]
  for (const trick of TRICKS) {
    const startups = [
      [{ name: 'user', value: `all${trick}` }],
      parameters('database', trick),
      parameters('application_name', trick),
      parameters(trick, trick),
      parameters('options', `-c ${trick}=1`),
    ]
    for (const one of startups) {
      await answerTo(
        port,
        encodeFrontend({ type: 'StartupMessage', major: 3, minor: 0, parameters: one }),
        encodeFrontend({ type: 'PasswordMessage', password: token }),
        encodeFrontend({ type: 'Terminate' }),
      )
    }
    const wire = await openWire({ port, user: 'locked', database: 'postgres', password: token })
    await wire.query(`SELECT 1 AS "${trick}" -- ${trick}`)
    await wire.query(`DROP TABLE "${trick}"`)
    await wire.query(`SELEC ${trick}`)
    wire.destroy()
  }
  expect(await misleading(sallyport)).toEqual([])
})

describe.each(mysqlFlavours())('before %s', (flavour) => {
  let mysql: TestMysql
  let gateway: TestSallyport

  beforeAll(async () => {
    mysql = await startPeople(flavour)
    const { host, port, database } = mysql
    gateway = await startSallyport(
      before(
        {
          engine: 'mysql',
          target: { host, port, database, tls: 'verify-full', ca: 'file:db-ca.pem' },
          user: 'sallyport',
          password: 'a password of the database',
        },
        { files: { 'db-ca.pem': mysql.authority?.cert ?? '' } },
      ),
    )
  })

  afterAll(async () => {
    await gateway?.stop()
    await mysql?.stop()
  })

  it('nothing that a client says of itself or asks for changes how a log reads', async () => {
    const login = { port: gateway.mysqlPort, password: gateway.token, clear: true }
    for (const trick of TRICKS) {
      for (const named of [
        { user: `all${trick}` },
        { user: 'all', database: trick },
        { user: 'all', password: trick },
      ]) {
        const outcome = await openMysqlWire({ ...login, ...named }).then(
          () => 'a session',
          () => 'refused',
        )
        expect([named, outcome]).toEqual([named, 'refused'])
      }
      const attributes = [
        { name: 'program_name', value: trick },
        { name: trick, value: trick },
      ]
      const wire = await openMysqlWire({ ...login, user: 'locked', attributes })
      await wire.query(`SELECT 1 AS \`${trick}\` -- ${trick}`)
      await wire.query(`DROP TABLE \`${trick}\``)
      await wire.query(`SELEC ${trick}`)
      wire.destroy()
    }
    expect(await misleading(gateway)).toEqual([])
  })
})

/** What in the logs is not what it seems. */
async function misleading({ gateway, agents, auditDirectory }: TestSallyport): Promise<readonly string[]> {
  const names = (await readdir(auditDirectory)).filter((name) => name.endsWith('.jsonl'))
  const audit = await Promise.all(names.map((name) => readFile(join(auditDirectory, name), 'utf8')))
  const verified = await run(['audit', 'verify', auditDirectory])
  const outputs = [gateway, ...agents].map((child) => child.output())
  const shown = [...outputs, verified.stdout, verified.stderr].flatMap((text) => text.split('\n'))
  const records = audit.flatMap((text) => text.split('\n')).filter((line) => line !== '')
  return [
    ...shown.filter((line) => UNSEEN.test(line)),
    // The form of a record is fixed (RFC 8785), which escapes what ends a line or begins a sequence, and nothing else.
    ...records.filter((line) => CONTROL.test(line)),
    ...records.filter((line) => !line.includes('"sequence":')),
    ...[...shown, ...records].filter((line) => line.startsWith('{') && (line.startsWith(FORGED) || !isJson(line))),
    ...(verified.code === 0 ? [] : ['the log does not verify']),
    ...(audit.join('').includes('all is well') ? [] : ['a record is missing']),
  ]
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line)
    return true
  } catch {
    return false
  }
}
