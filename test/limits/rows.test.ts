import { noticeField, type BackendMessage, type FrontendMessage } from '@sallyport/pg-wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually, postgresVersions, readAudit, type Wire } from '../support/index.ts'
import { brief, setLimits, type LimitStage } from './setup.ts'

describe.each(postgresVersions())('a limit of 10 rows on PostgreSQL %i', (version) => {
  let stage: LimitStage
  let wire: Wire

  beforeAll(async () => {
    stage = await setLimits(version)
    wire = await stage.connect('rows')
  })

  afterAll(async () => {
    wire?.destroy()
    await stage?.stop()
  })

  const simple = async (text: string): Promise<string> => brief(await wire.query(text))
  const extended = async (...messages: readonly FrontendMessage[]): Promise<string> => {
    wire.send(...messages, SYNC)
    return brief(await wire.until('ReadyForQuery'))
  }

  it('lets a result of 10 rows pass as it is', async () => {
    expect(await simple('SELECT * FROM shop WHERE id <= 10')).toBe('T D*10 C(SELECT 10) Zidle')
  })

  it('ends a larger one in an error behind its tenth row, and the session goes on', async () => {
    expect(await simple('SELECT * FROM shop WHERE id <= 11')).toBe('T D*10 E54000 Zidle')
    expect(await simple('SELECT * FROM shop')).toBe('T D*10 E54000 Zidle')
    expect(await simple('SELECT 1')).toBe('T D*1 C(SELECT 1) Zidle')
  })

  it('says which rule and which limit it was, and what to do', async () => {
    const error = (await wire.query('SELECT * FROM shop')).find(({ type }) => type === 'ErrorResponse')
    const field = (name: 'message' | 'detail' | 'hint'): string =>
      noticeField(error as Extract<BackendMessage, { type: 'ErrorResponse' }>, name) ?? ''
    expect(field('message')).toBe('the result has more than 10 rows')
    expect(field('detail')).toContain('rule max-rows')
    expect(field('hint')).toContain('LIMIT')
  })

  it('stops the database that goes on producing', async () => {
    expect(await simple('SELECT generate_series(1, 2000000000)')).toBe('T D*10 E54000 Zidle')
    const active = (await stage.postgres.sessions()).filter(({ state }) => state === 'active')
    expect(active).toEqual([])
  })

  it.each([
    ['a result that was complete', 'SELECT * FROM shop WHERE id <= 11'],
    ['a result that had to be cancelled', 'SELECT generate_series(1, 2000000000)'],
  ])('leaves a transaction failed, as any error does: %s', async (_, text) => {
    await simple('BEGIN')
    await simple('INSERT INTO log VALUES (1)')
    expect(await simple(text)).toBe('T D*10 E54000 Zfailed')
    expect(await simple('SELECT 1')).toBe('E25P02 Zfailed')
    expect(await simple('COMMIT')).toBe('C(ROLLBACK) Zidle')
    expect(await stage.postgres.query('SELECT * FROM log')).toEqual([])
    await simple('BEGIN')
    expect(await extended(...run(text))).toBe('1 2 T D*10 E54000 Zfailed')
    expect(await simple('ROLLBACK')).toBe('C(ROLLBACK) Zidle')
  })

  it('holds in the extended protocol, in text and in binary', async () => {
    for (const format of [0, 1] as const) {
      expect(await extended(...run('SELECT id FROM shop WHERE id <= 10', { format }))).toBe(
        '1 2 T D*10 C(SELECT 10) Zidle',
      )
      expect(await extended(...run('SELECT id FROM shop', { format }))).toBe('1 2 T D*10 E54000 Zidle')
    }
  })

  it('passes over the rest of its segment, and answers the next', async () => {
    wire.send(...run('SELECT * FROM shop'), ...run('SELECT 1'), SYNC, ...run('SELECT 2'), SYNC)
    expect(brief(await wire.until('ReadyForQuery'))).toBe('1 2 T D*10 E54000 Zidle')
    expect(brief(await wire.until('ReadyForQuery'))).toBe('1 2 T D*1 C(SELECT 1) Zidle')
  })

  it('is told without a Sync, too', async () => {
    wire.send(...run('SELECT * FROM shop'), { type: 'Flush' })
    expect(brief(await wire.until('ErrorResponse'))).toBe('1 2 T D*10 E54000')
    wire.send(...run('SELECT 1'), SYNC)
    expect(brief(await wire.until('ReadyForQuery'))).toBe('Zidle')
  })

  it('takes back what its segment did before', async () => {
    wire.send(...run('INSERT INTO log VALUES (2)', { describe: false }), ...run('SELECT * FROM shop'), SYNC)
    expect(brief(await wire.until('ReadyForQuery'))).toBe('1 2 C(INSERT 0 1) 1 2 T D*10 E54000 Zidle')
    expect(await stage.postgres.query('SELECT * FROM log')).toEqual([])
    wire.send(...run('INSERT INTO log VALUES (2)', { describe: false }), ...run('SELECT 1'), SYNC)
    expect(brief(await wire.until('ReadyForQuery'))).toBe('1 2 C(INSERT 0 1) 1 2 T D*1 C(SELECT 1) Zidle')
    expect(await stage.postgres.query('DELETE FROM log RETURNING id')).toEqual([{ id: 2 }])
  })

  it('is passed over with its segment when something before it fails', async () => {
    wire.send(...run('INSERT INTO log VALUES (1/0)', { describe: false }), ...run('SELECT * FROM shop'), SYNC)
    expect(brief(await wire.until('ReadyForQuery'))).toBe('1 E22012 Zidle')
    expect(await simple('SELECT 1')).toBe('T D*1 C(SELECT 1) Zidle')
  })

  it('counts the rows of a portal over all its fetches', async () => {
    await simple('BEGIN')
    const bind = [parse('SELECT * FROM shop'), BIND]
    const fetch = { type: 'Execute', portal: 'p', maxRows: 4 } as const
    expect(
      await extended(
        ...bind.map((message) => (message.type === 'Bind' ? { ...message, portal: 'p' } : message)),
        fetch,
      ),
    ).toBe('1 2 D*4 s Zblock')
    expect(await extended(fetch)).toBe('D*4 s Zblock')
    expect(await extended(fetch)).toBe('D*2 E54000 Zfailed')
    expect(await extended(fetch)).toBe('E25P02 Zfailed')
    await simple('ROLLBACK')
  })

  it('holds for a cursor, a prepared statement of SQL, and EXPLAIN', async () => {
    await simple('BEGIN')
    await simple('DECLARE c CURSOR FOR SELECT * FROM shop')
    expect(await simple('FETCH 10 FROM c')).toBe('T D*10 C(FETCH 10) Zblock')
    expect(await simple('FETCH 1 FROM c')).toBe('T E54000 Zfailed')
    await simple('ROLLBACK')
    await simple('BEGIN')
    await simple('DECLARE c CURSOR FOR SELECT * FROM shop')
    expect(await simple('FETCH 4 FROM c')).toBe('T D*4 C(FETCH 4) Zblock')
    expect(await extended(...run('FETCH ALL FROM c'))).toBe('1 2 T D*6 E54000 Zfailed')
    await simple('ROLLBACK')
    await simple('PREPARE many AS SELECT * FROM shop')
    expect(await simple('EXECUTE many')).toBe('T D*10 E54000 Zidle')
    expect(await simple('EXPLAIN SELECT * FROM shop')).toMatch(/^T D\*\d C\(EXPLAIN\) Zidle$/)
  })

  it('holds for COPY to the client, which cannot be cut: it ends in the error', async () => {
    expect(await simple('COPY shop TO STDOUT')).toBe('CopyOutResponse D*10 E54000 Zidle')
    expect(await simple('COPY (SELECT * FROM shop WHERE id <= 10) TO STDOUT')).toBe(
      'CopyOutResponse D*10 CopyDone C(COPY 10) Zidle',
    )
    expect(await simple('COPY (SELECT generate_series(1, 2000000000)) TO STDOUT')).toBe(
      'CopyOutResponse D*10 E54000 Zidle',
    )
  })

  it('lets COPY from the client alone', async () => {
    wire.send({ type: 'Query', query: 'COPY log FROM STDIN' })
    await wire.until('CopyInResponse')
    const data = Buffer.from(Array.from({ length: 100 }, (_, n) => `${n}\n`).join(''))
    wire.send({ type: 'CopyData', data }, { type: 'CopyDone' })
    expect(brief(await wire.until('ReadyForQuery'))).toBe('C(COPY 100) Zidle')
    await stage.postgres.query('DELETE FROM log')
  })

  it('cuts the rows of a statement that changes something, and lets it complete with a warning', async () => {
    expect(await simple('INSERT INTO log SELECT generate_series(1, 50) RETURNING id')).toBe(
      'T D*10 N01000 C(INSERT 0 50) Zidle',
    )
    expect(await extended(...run('UPDATE log SET id = id + 1 RETURNING id'))).toBe(
      '1 2 T D*10 N01000 C(UPDATE 50) Zidle',
    )
    expect(await simple('DELETE FROM log RETURNING id')).toBe('T D*10 N01000 C(DELETE 50) Zidle')
    expect(await simple('INSERT INTO log SELECT generate_series(1, 50)')).toBe('C(INSERT 0 50) Zidle')
    expect(await simple('DELETE FROM log WHERE id <= 10 RETURNING id')).toBe('T D*10 C(DELETE 10) Zidle')
    await stage.postgres.query('DELETE FROM log')
  })

  it('counts each result of a text of reads, and ends the text with the first that is too large', async () => {
    expect(await simple('SELECT * FROM shop WHERE id <= 10; SELECT * FROM shop WHERE id <= 10')).toBe(
      'T D*10 C(SELECT 10) T D*10 C(SELECT 10) Zidle',
    )
    expect(await simple('SELECT 1; SELECT * FROM shop; SELECT 2')).toBe('T D*1 C(SELECT 1) T D*10 E54000 Zidle')
    expect(await simple('BEGIN; SELECT * FROM shop')).toBe('C(BEGIN) T D*10 E54000 Zfailed')
    await simple('ROLLBACK')
  })

  it('refuses a text in which a read stands beside anything that could not be taken back', async () => {
    for (const text of [
      'INSERT INTO log VALUES (1); SELECT * FROM shop',
      'SELECT * FROM shop; COMMIT',
      'SET work_mem = 1000; SELECT 1',
    ]) {
      expect(await simple(text)).toBe('E42501 Zidle')
    }
    expect(await simple('INSERT INTO log VALUES (1); INSERT INTO log VALUES (2)')).toBe(
      'C(INSERT 0 1) C(INSERT 0 1) Zidle',
    )
    await stage.postgres.query('DELETE FROM log')
  })

  it('holds for results that are masked', async () => {
    const masked = await stage.connect('masked')
    expect(brief(await masked.query('SELECT secret FROM shop'))).toBe('T D*10 E54000 Zidle')
    expect(brief(await masked.query('COPY (SELECT secret FROM shop) TO STDOUT'))).toBe(
      'CopyOutResponse D*10 E54000 Zidle',
    )
    masked.destroy()
  })

  it('is recorded with its rule, and with the rows that left', async () => {
    await simple("SELECT * FROM shop WHERE name <> 'for the record'")
    const outcome = await eventually(async () => {
      const records = await readAudit(stage.sallyport.auditDirectory)
      const verdict = records.find(
        ({ type, text }) => type === 'statement-verdict' && String(text).includes('for the record'),
      )
      return records.find(({ type, statement }) => type === 'statement-outcome' && statement === verdict?.['statement'])
    })
    expect(outcome).toMatchObject({
      outcome: 'limited',
      sqlState: '54000',
      rows: 10,
      limit: { rule: 'max-rows', kind: 'rows', maximum: 10 },
    })
  })
})

function parse(query: string): FrontendMessage {
  return { type: 'Parse', name: '', query, parameterTypes: [] }
}

function run(
  query: string,
  { format = 0, describe = true }: { format?: 0 | 1; describe?: boolean } = {},
): readonly FrontendMessage[] {
  const described: FrontendMessage[] = describe ? [{ type: 'Describe', target: 'portal', name: '' }] : []
  return [parse(query), { ...BIND, resultFormats: [format] }, ...described, { type: 'Execute', portal: '', maxRows: 0 }]
}

const BIND = {
  type: 'Bind',
  portal: '',
  statement: '',
  parameterFormats: [],
  parameters: [],
  resultFormats: [],
} as const
const SYNC: FrontendMessage = { type: 'Sync' }
