import { encodeBackend, noticeField, type BackendMessage, type FrontendMessage } from '@sallyport/pg-wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postgresVersions, until, type Wire } from '../support/index.ts'
import { brief, setLimits, type LimitStage } from './setup.ts'

describe.each(postgresVersions())('on PostgreSQL %i', (version) => {
  let stage: LimitStage

  beforeAll(async () => {
    stage = await setLimits(version)
  })

  afterAll(async () => {
    await stage?.stop()
  })

  describe('a limit of 2000 bytes', () => {
    let wire: Wire

    beforeAll(async () => {
      wire = await stage.connect('bytes')
    })

    afterAll(() => wire?.destroy())

    it('lets whole rows pass up to it, and ends the result in an error', async () => {
      expect(brief(await wire.query('SELECT id, name FROM shop WHERE id <= 50'))).toBe('T D*50 C(SELECT 50) Zidle')
      const messages = await wire.query('SELECT id, name FROM shop')
      expect(brief(messages)).toMatch(/^T D\*\d+ E54000 Zidle$/)
      const rows = messages.filter(({ type }) => type === 'DataRow')
      const bytes = rows.reduce((sum, row) => sum + encodeBackend(row).length, 0)
      expect(bytes).toBeLessThanOrEqual(2000)
      expect(bytes + encodeBackend(rows.at(-1)!).length).toBeGreaterThan(2000)
      expect(fieldOf(messages, 'message')).toBe('the result has more than 2000 bytes')
    })

    it('lets nothing of a row pass that is larger by itself', async () => {
      expect(brief(await wire.query("SELECT repeat('x', 1990)"))).toBe('T E54000 Zidle')
      expect(brief(await wire.query("SELECT string_agg(name, '') FROM shop, generate_series(1, 500)"))).toBe(
        'T E54000 Zidle',
      )
      expect(brief(await wire.query("SELECT repeat('x', 1989)"))).toBe('T D*1 C(SELECT 1) Zidle')
    })

    it('holds for COPY and for rows of a change', async () => {
      expect(brief(await wire.query('COPY shop TO STDOUT'))).toMatch(/^CopyOutResponse D\*\d+ E54000 Zidle$/)
      expect(
        brief(await wire.query("INSERT INTO log SELECT generate_series(1, 1000) RETURNING repeat('x', 50)")),
      ).toMatch(/^T D\*\d+ N01000 C\(INSERT 0 1000\) Zidle$/)
      await stage.postgres.query('DELETE FROM log')
    })
  })

  describe('a limit of 300 ms', () => {
    let wire: Wire

    beforeAll(async () => {
      wire = await stage.connect('time')
    })

    afterAll(() => wire?.destroy())

    it('cancels what runs longer, and says which rule', async () => {
      const messages = await wire.query('SELECT pg_sleep(30)')
      expect(brief(messages)).toBe('T E57014 Zidle')
      expect(fieldOf(messages, 'message')).toBe('the statement ran for more than 300 ms')
      expect(fieldOf(messages, 'detail')).toContain('rule max-time')
      expect(brief(await wire.query('SELECT 1'))).toBe('T D*1 C(SELECT 1) Zidle')
      expect((await stage.postgres.sessions()).filter(({ state }) => state === 'active')).toEqual([])
    })

    it('cancels in the extended protocol, and what follows in the pipeline is answered', async () => {
      wire.send(...run('SELECT pg_sleep(30)'), SYNC, ...run('SELECT 1'), SYNC)
      expect(brief(await wire.until('ReadyForQuery'))).toBe('1 2 E57014 Zidle')
      expect(brief(await wire.until('ReadyForQuery'))).toBe('1 2 D*1 C(SELECT 1) Zidle')
    })

    it('leaves a transaction failed', async () => {
      await wire.query('BEGIN')
      expect(brief(await wire.query('SELECT pg_sleep(30)'))).toBe('T E57014 Zfailed')
      expect(brief(await wire.query('ROLLBACK'))).toBe('C(ROLLBACK) Zidle')
    })

    it('cancels a change, which the server undoes', async () => {
      expect(brief(await wire.query('INSERT INTO log SELECT 1 FROM pg_sleep(30)'))).toBe('E57014 Zidle')
      expect(await stage.postgres.query('SELECT * FROM log')).toEqual([])
    })

    it('bounds a text of several statements as a whole', async () => {
      expect(brief(await wire.query('SELECT pg_sleep(0.2); SELECT pg_sleep(0.2); SELECT 1'))).toBe(
        'T D*1 C(SELECT 1) T E57014 Zidle',
      )
    })

    it('cancels a COPY whose data does not come', async () => {
      wire.send({ type: 'Query', query: 'COPY log FROM STDIN' })
      expect(brief(await wire.until('ReadyForQuery'))).toBe('CopyInResponse E57014 Zidle')
      expect(brief(await wire.query('SELECT 1'))).toBe('T D*1 C(SELECT 1) Zidle')
    })

    it('ends the session of a statement that does not end when it is cancelled', async () => {
      const stubborn = await stage.connect('time')
      stubborn.send({
        type: 'Query',
        query: `DO $$ BEGIN LOOP BEGIN PERFORM pg_sleep(60); EXCEPTION WHEN query_canceled THEN NULL; END; END LOOP; END $$`,
      })
      const messages = await stubborn.until('close')
      expect(brief(messages)).toBe('E57014')
      expect(fieldOf(messages, 'severity')).toBe('FATAL')
      await until(async () => (await stage.postgres.sessions()).every(({ state }) => state !== 'active'), {
        what: 'the end of what ran',
      })
    })

    it('frees the database of a client that does not read its result', async () => {
      const idle = await stage.connect('time')
      idle.send({ type: 'Query', query: "SELECT repeat('x', 10000), generate_series(1, 1000000)" })
      expect((await idle.next())?.type).toBe('RowDescription')
      await until(async () => (await stage.postgres.sessions()).every(({ state }) => state !== 'active'), {
        what: 'the end of what ran',
      })
      // Whether the server could still say so depends on what fits into the buffers between them.
      let last = await idle.next()
      while (last?.type === 'RowDescription' || last?.type === 'DataRow') last = await idle.next()
      expect([undefined, 'ErrorResponse']).toContain(last?.type)
      idle.destroy()
    })
  })

  it('a cancel never hits another statement than the one it was meant for', async () => {
    const wires = await Promise.all([stage.connect('quick'), stage.connect('quick')])
    const counts = { done: 0, cancelled: 0 }
    const canaries: string[] = []
    const deadline = performance.now() + 8000
    await Promise.all(
      wires.map(async (wire, which) => {
        for (let turn = 0; performance.now() < deadline; turn++) {
          // Right at its time limit of 15 ms, so that the cancel is often late.
          const slept = `SELECT pg_sleep(${0.011 + (turn % 9) / 1000})`
          if (which === 0) {
            // In turn, the next one sent as soon as the first is answered.
            count(counts, brief(await wire.query(slept)))
            canaries.push(brief(await wire.query(CANARY)))
            continue
          }
          wire.send(...run(slept), SYNC, ...run(CANARY), SYNC, ...run(CANARY), SYNC)
          count(counts, brief(await wire.until('ReadyForQuery')))
          for (let canary = 0; canary < 2; canary++) canaries.push(brief(await wire.until('ReadyForQuery')))
        }
      }),
    )
    expect(canaries.filter((reply) => !reply.endsWith('D*1 C(SELECT 1) Zidle'))).toEqual([])
    for (const wire of wires) wire.destroy()
    // Both must have happened, or the cancels were not at the edge.
    expect(counts.done).toBeGreaterThan(5)
    expect(counts.cancelled).toBeGreaterThan(5)
  })
})

function count(counts: { done: number; cancelled: number }, reply: string): void {
  expect(reply).toMatch(/E57014 Zidle$|C\(SELECT 1\) Zidle$/)
  if (reply.includes('E57014')) counts.cancelled++
  else counts.done++
}

function fieldOf(messages: readonly BackendMessage[], field: 'message' | 'detail' | 'severity'): string | undefined {
  const error = messages.find((message) => message.type === 'ErrorResponse')
  return error === undefined ? undefined : noticeField(error, field)
}

function run(query: string): readonly FrontendMessage[] {
  return [
    { type: 'Parse', name: '', query, parameterTypes: [] },
    { type: 'Bind', portal: '', statement: '', parameterFormats: [], parameters: [], resultFormats: [] },
    { type: 'Execute', portal: '', maxRows: 0 },
  ]
}

/** Long enough to be hit. */
const CANARY = 'SELECT count(*) FROM generate_series(1, 20000)'
const SYNC: FrontendMessage = { type: 'Sync' }
