import type { FrontendMessage } from '@sallyport/pg-wire'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openWire, postgresVersions, type Wire } from '../support/index.ts'
import { brief, setLimits, type LimitStage } from './setup.ts'

// What a limit does to a conversation is what an error of the server's own would do at the same row. So every pipeline runs twice: through a
// limit of 10 rows, and directly on the server with queries that fail by themselves at the eleventh row.

describe.each(postgresVersions())('on PostgreSQL %i', (version) => {
  let stage: LimitStage

  beforeAll(async () => {
    stage = await setLimits(version)
    await stage.postgres.query('CREATE TABLE limited (id int); CREATE TABLE direct (id int)')
  })

  afterAll(async () => {
    await stage?.stop()
  })

  it('any pipeline is answered as if the eleventh row had failed', async () => {
    await fc.assert(
      fc.asyncProperty(program, async (segments) => {
        // Empty tables and sessions of its own for each program, so that one that went wrong does not speak for the next.
        await stage.postgres.query('TRUNCATE limited, direct')
        const { host, port } = stage.postgres
        const limited = await stage.connect('rows')
        const direct = await openWire({ host, port, user: 'plain', database: 'postgres' })
        try {
          const replies = Promise.all([play(limited, segments, 'limited'), play(direct, segments, 'direct')])
          const [through, by] = await replies
          expect(through).toEqual(by)
          expect(await kept('limited')).toEqual(await kept('direct'))
        } finally {
          limited.destroy()
          direct.destroy()
        }
      }),
      { numRuns: 120 },
    )
  })

  const kept = async (table: Place): Promise<unknown> => stage.postgres.query(`SELECT count(*)::int FROM ${table}`)
})

type Place = 'limited' | 'direct'

/** What one statement does. */
type Act =
  | { readonly act: 'select'; readonly rows: number; readonly fetch: number; readonly binary: boolean }
  | { readonly act: 'insert' | 'fail' | 'begin' | 'commit' | 'rollback' }
  | { readonly act: 'returning'; readonly rows: number }

/** Simple: one Query of one or more reads, or of one statement. Extended: statements, Flushes and a Sync. */
type Segment = { readonly simple: readonly Act[] } | { readonly extended: readonly Act[]; readonly flushes: boolean }

async function play(wire: Wire, segments: readonly Segment[], place: Place): Promise<readonly string[]> {
  wire.send(...segments.flatMap((segment) => messagesOf(segment, place)))
  const replies: string[] = []
  for (const _ of segments) replies.push(brief(await wire.until('ReadyForQuery')))
  replies.push(brief(await wire.query('ROLLBACK')))
  // The limit's word is as good as the error that stands for it.
  return replies.map((reply) => reply.replaceAll('E54000', 'E22012').replaceAll(/N\w+ /g, ''))
}

function messagesOf(segment: Segment, place: Place): readonly FrontendMessage[] {
  if ('simple' in segment) {
    return [{ type: 'Query', query: segment.simple.map((act) => textOf(act, place)).join('; ') }]
  }
  return [
    ...segment.extended.flatMap((act) => [
      ...extended(act, place),
      ...(segment.flushes ? [{ type: 'Flush' } as const] : []),
    ]),
    { type: 'Sync' },
  ]
}

function extended(act: Act, place: Place): readonly FrontendMessage[] {
  const maxRows = act.act === 'select' ? act.fetch : 0
  const execute: FrontendMessage = { type: 'Execute', portal: '', maxRows }
  return [
    { type: 'Parse', name: '', query: textOf(act, place), parameterTypes: [] },
    {
      type: 'Bind',
      portal: '',
      statement: '',
      parameterFormats: [],
      parameters: [],
      resultFormats: act.act === 'select' && act.binary ? [1] : [],
    },
    ...(act.act === 'select' ? [{ type: 'Describe', target: 'portal', name: '' } as const] : []),
    execute,
    ...(maxRows > 0 ? [execute, execute] : []),
  ]
}

function textOf(act: Act, place: Place): string {
  if (act.act === 'select') {
    const value = place === 'limited' ? 'i' : 'CASE WHEN i > 10 THEN 1 / (i - i) ELSE i END'
    return `SELECT ${value} FROM generate_series(1, ${act.rows}) i`
  }
  // At most ten rows, so that it is the same on both sides.
  if (act.act === 'returning') return `INSERT INTO ${place} SELECT generate_series(1, ${act.rows}) RETURNING id`
  if (act.act === 'insert') return `INSERT INTO ${place} VALUES (1)`
  return act.act === 'fail' ? 'SELECT 1 / (i - i) FROM generate_series(1, 1) i' : act.act
}

const select = fc.record({
  act: fc.constant('select' as const),
  rows: fc.oneof(fc.integer({ min: 0, max: 12 }), fc.constantFrom(25, 5000)),
  fetch: fc.constantFrom(0, 0, 1, 4, 5, 11),
  binary: fc.boolean(),
})
const other: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ act: fc.constantFrom('insert' as const, 'fail' as const, 'begin' as const, 'commit' as const) }),
  fc.record({ act: fc.constant('rollback' as const) }),
  fc.record({ act: fc.constant('returning' as const), rows: fc.integer({ min: 0, max: 10 }) }),
)
const act: fc.Arbitrary<Act> = fc.oneof<fc.Arbitrary<Act>[]>(select, select, other)
const program: fc.Arbitrary<readonly Segment[]> = fc.array(
  fc.oneof(
    fc.record({ simple: fc.array(select, { minLength: 1, maxLength: 3 }) }),
    fc.record({ simple: other.map((one) => [one]) }),
    fc.record({ extended: fc.array(act, { maxLength: 4 }), flushes: fc.boolean() }),
  ),
  { minLength: 1, maxLength: 6 },
)
