import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeBackendAs, type SessionCommand } from '@sallyport/mysql-wire'
import { mysqlFlavours, openMysqlWire, type MysqlPacket, type MysqlWire, type TestMysql } from '../support/index.ts'
import { setMysqlStage, startPeople, type MysqlStage } from './mysql-setup.ts'

/** A command of a pipeline, and the answer that must stand in its place. */
interface Asked {
  readonly commands: readonly SessionCommand[]
  readonly answer: string
}

const query = (text: string): SessionCommand => ({ type: 'COM_QUERY', attributes: [], query: Buffer.from(text) })

/** Reads and refusals in any order; a number in each tells the answers apart. */
const asked: fc.Arbitrary<Asked> = fc.oneof(
  fc.nat(9999).map((n) => ({ commands: [query(`SELECT ${n} AS n`)], answer: `row ${n}` })),
  fc
    .nat(9999)
    .map((n) => ({ commands: [query(`SELECT ${n} AS a; SELECT ${n + 1} AS b`)], answer: `row ${n}, row ${n + 1}` })),
  fc.nat(9999).map((n) => ({ commands: [query(`DELETE FROM people WHERE id = ${n}`)], answer: 'error 1142' })),
  fc.nat(9999).map((n) => ({ commands: [query(`SELECT ${n}; DROP TABLE people; SELECT 2`)], answer: 'error 1142' })),
  fc.nat(9999).map((n) => ({ commands: [query(`SELECT nothing_${n}`)], answer: 'error 1054' })),
  fc.constant({ commands: [query('SELEC')], answer: 'error' }),
  fc.constant<Asked>({ commands: [{ type: 'COM_PING' }], answer: 'ok' }),
  fc.constant<Asked>({ commands: [{ type: 'COM_INIT_DB', schema: 'shop' }], answer: 'ok' }),
  fc.constant<Asked>({
    commands: [{ type: 'COM_STMT_PREPARE', query: Buffer.from('DELETE FROM people WHERE id = ?') }],
    answer: 'error 1142',
  }),
  fc.nat(9999).map((n) => ({ commands: [query(`DO ${n}`)], answer: 'ok' })),
)

describe.each(mysqlFlavours())('before %s', (flavour) => {
  let mysql: TestMysql
  let stage: MysqlStage

  beforeAll(async () => {
    mysql = await startPeople(flavour)
    stage = await setMysqlStage(mysql)
  })

  afterAll(async () => {
    await stage?.stop()
    await mysql?.stop()
  })

  it('random pipelines with random refusals get each answer in its place', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(asked, { minLength: 1, maxLength: 40 }), fc.boolean(), async (pipeline, classic) => {
        const wire = await openMysqlWire({
          ...stage.login('locked'),
          clear: true,
          ...(classic ? { without: 0x100_0000 } : {}),
        })
        try {
          wire.send(...pipeline.flatMap(({ commands }) => commands))
          const answers = await wire.replies(pipeline.length)
          expect(
            inWords(answers, wire).map((answer, index) =>
              pipeline[index]?.answer === 'error' ? answer.slice(0, 5) : answer,
            ),
          ).toEqual(pipeline.map(({ answer }) => answer))
          checkSequences(answers)
        } finally {
          wire.destroy()
        }
      }),
      { numRuns: 40, interruptAfterTimeLimit: 8000 },
    )
    expect(await mysql.query('SELECT COUNT(*) AS n FROM people')).toEqual([{ n: 1000 }])
  })

  it('random executions with random refusals keep ids, types and long data apart', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ n: fc.nat(999), how: fc.constantFrom('number', 'text', 'long', 'refused', 'reset') }), {
          minLength: 1,
          maxLength: 25,
        }),
        async (steps) => {
          const wire = await openMysqlWire({ ...stage.login('locked'), clear: true })
          try {
            // One for texts and one for numbers: MariaDB itself mistakes long data behind a number of the same statement.
            const ids: number[] = []
            for (const text of ['SELECT CONCAT(?) AS n', 'SELECT CONCAT(? + 0) AS n']) {
              wire.send({ type: 'COM_STMT_PREPARE', query: Buffer.from(text) })
              const [prepared] = await wire.replies(1)
              ids.push(Buffer.from(prepared!.raw.payload).readUInt32LE(1))
            }
            const wanted: string[] = []
            for (const { n, how } of steps) {
              const statementId = ids[how === 'number' ? 1 : 0]!
              if (how === 'refused') wire.send(query(`DELETE FROM people WHERE id = ${n}`))
              else if (how === 'reset') wire.send({ type: 'COM_STMT_RESET', statementId })
              else {
                if (how === 'long') {
                  const data = Buffer.from(`long ${n}`)
                  wire.send({ type: 'COM_STMT_SEND_LONG_DATA', statementId, parameter: 0, data })
                }
                wire.send(execution(wire, statementId, how, n))
              }
              wanted.push(
                how === 'refused'
                  ? 'error 1142'
                  : how === 'reset'
                    ? 'ok'
                    : how === 'long'
                      ? `row long ${n}`
                      : `row ${n}`,
              )
            }
            const answers = await wire.replies(steps.length)
            expect(inWords(answers, wire)).toEqual(wanted)
            checkSequences(answers)
          } finally {
            wire.destroy()
          }
        },
      ),
      { numRuns: 30, interruptAfterTimeLimit: 8000 },
    )
  })
})

function execution(wire: MysqlWire, statementId: number, how: string, n: number): SessionCommand {
  const value = how === 'long' ? ('long-data' as const) : how === 'text' ? Buffer.from(String(n)) : int64(n)
  const type = how === 'number' ? 8 : how === 'text' ? 253 : 252
  // With query attributes an execution counts its parameters.
  const flags = (wire.context.capabilities.flags & 0x800_0000) === 0 ? 0 : 8
  return {
    type: 'COM_STMT_EXECUTE',
    statementId,
    flags,
    bound: true,
    parameters: [{ type, unsigned: false, name: '', value }],
  }
}

function int64(value: number): Uint8Array {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64LE(BigInt(value))
  return bytes
}

/** Each reply in words: its rows, or its error. */
function inWords(packets: readonly MysqlPacket[], wire: MysqlWire): readonly string[] {
  const answers: string[] = []
  let words: string[] = []
  for (const { kind, last, raw } of packets) {
    if (kind === 'row') words.push(`row ${Buffer.from(raw.payload.subarray(rowStart(raw.payload))).toString()}`)
    if (kind === 'err') words.push(`error ${decodeBackendAs('ERR', raw.payload, wire.context.capabilities).errorCode}`)
    if (!last) continue
    answers.push(words.length === 0 ? 'ok' : words.join(', '))
    words = []
  }
  return answers
}

/** Where the only value of a row begins: behind its length, which in a binary row stands behind the header and the NULLs. */
function rowStart(payload: Uint8Array): number {
  return payload[0] === 0 ? 3 : 1
}

/** Every reply counts its packets from 1. */
function checkSequences(packets: readonly MysqlPacket[]): void {
  let next = 1
  for (const { raw, last } of packets) {
    expect(raw.sequence).toBe(next)
    next = last ? 1 : raw.nextSequence
  }
}
