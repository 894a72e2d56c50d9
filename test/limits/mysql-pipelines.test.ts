import type { SessionCommand } from '@sallyport/mysql-wire'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  mysqlFlavours,
  openMysqlWire,
  startMysqlServer,
  startSallyport,
  type MysqlPacket,
  type MysqlWire,
  type TestMysql,
  type TestSallyport,
} from '../support/index.ts'

// What a limit does to a conversation is what an error of the server's own would do at the same row. So every pipeline runs twice: through a
// limit of 10 rows, and directly on the server with queries that fail by themselves at the eleventh row.

describe.each(mysqlFlavours())('on %s', (flavour) => {
  let server: TestMysql
  let sallyport: TestSallyport

  beforeAll(async () => {
    server = await startMysqlServer(flavour)
    await server.query(`CREATE TABLE digits (d int); INSERT INTO digits VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9);
      CREATE TABLE numbers (n int PRIMARY KEY);
      INSERT INTO numbers SELECT a.d + 10 * b.d + 100 * c.d + 1 FROM digits a, digits b, digits c;
      CREATE TABLE two (b int); INSERT INTO two VALUES (1), (2);
      CREATE TABLE limited (id int); CREATE TABLE direct (id int)`)
    sallyport = await startSallyport({
      gateway: { limits: { cancel_grace: '3s' } },
      connections: [
        {
          name: 'rows',
          engine: 'mysql',
          target: { host: server.host, port: server.port, database: server.database },
          user: server.user,
          password: server.password,
          guardrails: ['anything', 'rows'],
        },
      ],
      guardrails: {
        anything: [{ id: 'anything', allow: { effects: ['read', 'write', 'session', 'transaction'] } }],
        rows: [{ id: 'max-rows', limit: { rows: 10 } }],
      },
    })
  })

  afterAll(async () => {
    await sallyport?.stop()
    await server?.stop()
  })

  it('any pipeline is answered as if the eleventh row had failed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), fc.boolean(), async (steps, classic) => {
        await server.query('DELETE FROM limited; DELETE FROM direct')
        const { database, host } = server
        const without = classic ? { without: DEPRECATE_EOF } : {}
        const login = { host: sallyport.host, port: sallyport.mysqlPort, user: 'rows', password: sallyport.token }
        const limited = await openMysqlWire({ ...login, database, clear: true, ...without })
        const { port, user, password } = server
        const direct = await openMysqlWire({ host, port, user, password, database, ...without })
        try {
          const [through, by] = await Promise.all([play(limited, steps, 'limited'), play(direct, steps, 'direct')])
          expect(through).toEqual(by)
          expect(await kept('limited')).toEqual(await kept('direct'))
        } finally {
          limited.destroy()
          direct.destroy()
        }
      }),
      { numRuns: 60, interruptAfterTimeLimit: 8000 },
    )
  })

  const kept = async (table: Place): Promise<unknown> => server.query(`SELECT count(*) n FROM ${table}`)
})

type Place = 'limited' | 'direct'

/** One command; `reads` are the results of one text, `execute` runs a statement that was prepared before. */
type Step =
  | { readonly act: 'reads'; readonly rows: readonly number[] }
  | { readonly act: 'execute'; readonly rows: number }
  | { readonly act: 'insert' | 'fail' | 'begin' | 'commit' | 'rollback' | 'ping' }

/** Sends all at once, and tells the answers: kinds and ids of packets, and the numbers of errors. */
async function play(wire: MysqlWire, steps: readonly Step[], place: Place): Promise<readonly string[]> {
  wire.send({ type: 'COM_STMT_PREPARE', query: Buffer.from(reading('?', place)) })
  const [prepared] = await wire.replies(1)
  const statementId = Buffer.from(prepared!.raw.payload).readUInt32LE(1)
  wire.send(...steps.map((each) => commandOf(each, statementId, place, wire)))
  const answers = (await wire.replies(steps.length)).map(wordOf)
  return [...answers, ...(await wire.query('ROLLBACK')).map(wordOf)]
}

function commandOf(step: Step, statementId: number, place: Place, { context }: MysqlWire): SessionCommand {
  if (step.act === 'ping') return { type: 'COM_PING' }
  if (step.act !== 'execute') return { type: 'COM_QUERY', attributes: [], query: Buffer.from(textOf(step, place)) }
  const value = new Uint8Array(4)
  new DataView(value.buffer).setInt32(0, step.rows, true)
  const named = (context.capabilities.flags & QUERY_ATTRIBUTES) !== 0
  return {
    type: 'COM_STMT_EXECUTE',
    statementId,
    flags: named ? PARAMETER_COUNT_AVAILABLE : 0,
    parameters: [{ type: LONG, unsigned: false, name: '', value }],
    bound: true,
  }
}

function textOf(step: Exclude<Step, { readonly act: 'ping' | 'execute' }>, place: Place): string {
  if (step.act === 'reads') return step.rows.map((rows) => reading(String(rows), place)).join('; ')
  if (step.act === 'insert') return `INSERT INTO ${place} VALUES (1)`
  return step.act === 'fail' ? 'SELECT n, (SELECT b FROM two WHERE n > 0) FROM numbers' : step.act
}

/** On the server itself it fails behind its tenth row, where two rows stand for one value. */
function reading(rows: string, place: Place): string {
  const value = place === 'limited' ? 'NULL' : '(SELECT b FROM two WHERE n > 10)'
  return `SELECT n, ${value} AS v FROM numbers WHERE n <= ${rows} ORDER BY n`
}

function wordOf({ kind, raw }: MysqlPacket): string {
  if (kind !== 'err') return `${raw.sequence} ${kind}`
  const code = Buffer.from(raw.payload).readUInt16LE(1)
  // The limit's word is as good as the error that stands for it.
  return `${raw.sequence} error ${code === TOO_BIG_SELECT ? SUBQUERY_TOO_LARGE : code}`
}

const rows = fc.oneof(fc.integer({ min: 0, max: 12 }), fc.constantFrom(25, 1000))
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ act: fc.constant('reads' as const), rows: fc.array(rows, { minLength: 1, maxLength: 3 }) }),
  fc.record({ act: fc.constant('execute' as const), rows }),
  fc.record({
    act: fc.constantFrom(
      'insert' as const,
      'fail' as const,
      'begin' as const,
      'commit' as const,
      'rollback' as const,
      'ping' as const,
    ),
  }),
)

const DEPRECATE_EOF = 0x100_0000
const QUERY_ATTRIBUTES = 0x800_0000
const PARAMETER_COUNT_AVAILABLE = 8
const LONG = 3
const TOO_BIG_SELECT = 1104
const SUBQUERY_TOO_LARGE = 1242
