import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { NO_USER_CODE } from '@sallyport/sql'
import { DEFAULT_SQL_WORKER_OPTIONS, openSqlWorker, type SqlWorker, type SqlWorkerOptions } from './sql-worker.ts'

const SETTINGS = { searchPath: ['public'], functions: new Map(), catalogue: undefined, userCode: NO_USER_CODE }
/** 200 kB of nested comments take the lexer the better part of a minute. */
const ENDLESS = '/*'.repeat(100_000)
const open: SqlWorker[] = []

const worker = async (options: Partial<SqlWorkerOptions> = {}): Promise<SqlWorker> => {
  const opened = await openSqlWorker(options)
  open.push(opened)
  return opened
}

// The thread runs what is built.
beforeAll(() => {
  const root = fileURLToPath(new URL('../../..', import.meta.url))
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b', 'packages/sql-worker'], { cwd: root })
}, 120_000)

afterEach(async () => {
  for (const opened of open.splice(0)) await opened.close()
})

describe('SqlWorker', () => {
  test('the facts of a long text are those of a short one', async () => {
    const sql = await worker()
    const text = `WITH d AS (DELETE FROM t RETURNING *) SELECT lower(a) FROM d WHERE a IN (${'1,'.repeat(20_000)}1)`
    const analysis = await sql.analyse(text, SETTINGS)
    expect(analysis).toMatchObject({ ok: true, statements: [{ kind: 'select', where: 'absent' }] })
    expect(analysis.ok && [...(analysis.statements[0]?.effects ?? [])].sort()).toEqual(['read', 'write'])
  })

  test('the catalogue reaches the thread, once for each version', async () => {
    const sql = await worker()
    const catalogue = {
      version: '1',
      relations: new Map([['t', ['shop']]]),
    }
    const settings = { ...SETTINGS, searchPath: ['shop'], catalogue }
    for (let round = 0; round < 2; round += 1) {
      const analysis = await sql.analyse("SELECT lower('a') FROM t", settings)
      expect(analysis).toMatchObject({ statements: [{ relations: [{ schema: 'shop' }] }] })
    }
    const changed = { ...settings, catalogue: { version: '2', relations: new Map([['t', ['public', 'shop']]]) } }
    expect(await sql.analyse('SELECT 1 FROM t', { ...changed, searchPath: ['public'] })).toMatchObject({
      statements: [{ relations: [{ schema: 'public' }] }],
    })
    expect(await sql.analyse('SELECT 1 FROM t', SETTINGS)).toMatchObject({
      statements: [{ relations: [{ schema: undefined }] }],
    })
  })

  test('the code of users reaches the thread', async () => {
    const sql = await worker()
    const userCode = { ...NO_USER_CODE, version: '1', functions: new Set(['lower']) }
    for (const [settings, unknown] of [
      [{ ...SETTINGS, userCode }, true],
      [SETTINGS, false],
    ] as const) {
      const analysis = await sql.analyse("SELECT lower('a') FROM t", settings)
      expect(analysis.ok && analysis.statements[0]?.effects.has('unknown')).toBe(unknown)
    }
  })

  test('a text that takes too long is refused, and those behind it are read', async () => {
    const sql = await worker({ timeoutMs: 1000 })
    const answers = await Promise.all([
      sql.analyse(ENDLESS, SETTINGS),
      sql.analyse('SELECT 1', SETTINGS),
      sql.analyse('DROP TABLE t', SETTINGS),
    ])
    expect(answers).toMatchObject([
      { ok: false, failure: { code: 'too-slow' } },
      { ok: true, statements: [{ kind: 'select' }] },
      { ok: true, statements: [{ kind: 'drop-table' }] },
    ])
    expect(sql.replacements).toBe(1)
  })

  test('a text that takes the thread down is refused, and the next one is read', async () => {
    const sql = await worker({ maxHeapMb: 16 })
    const huge = `SELECT 1 WHERE a IN (${"'x',".repeat(200_000)}1)`
    expect(await sql.analyse(huge, SETTINGS)).toMatchObject({ ok: false, failure: { code: 'too-slow' } })
    expect(await sql.analyse('SELECT 1', SETTINGS)).toMatchObject({ ok: true })
  })

  test('nesting that exhausts the parser is too deep, and the next text is read', async () => {
    // A machine with other work must not make it too slow instead.
    const sql = await worker({ timeoutMs: 60_000 })
    for (let round = 0; round < 3; round += 1) {
      const deep = `SELECT ${'1+'.repeat(400_000)}1`
      expect(await sql.analyse(deep, SETTINGS)).toMatchObject({ ok: false, failure: { code: 'too-deep' } })
      expect(await sql.analyse('SELECT 1', SETTINGS)).toMatchObject({ ok: true })
    }
  })

  test('the queue is bounded in texts and in length', async () => {
    const sql = await worker({ timeoutMs: 1000, maxQueuedTexts: 2, maxQueuedLength: 100 })
    // The first is taken at once; the others wait.
    const first = sql.analyse('SELECT 0', SETTINGS)
    const waiting = [sql.analyse('SELECT 1', SETTINGS), sql.analyse('SELECT 2', SETTINGS)]
    expect(await sql.analyse('SELECT 3', SETTINGS)).toMatchObject({ failure: { code: 'too-slow' } })
    expect(await first).toMatchObject({ ok: true })
    expect(await Promise.all(waiting)).toMatchObject([{ ok: true }, { ok: true }])
    expect(await sql.analyse(`SELECT '${'x'.repeat(100)}'`, SETTINGS)).toMatchObject({ failure: { code: 'too-slow' } })
  })

  test('closing refuses what waits and what comes', async () => {
    const sql = await worker()
    const answers = [sql.analyse(ENDLESS, SETTINGS), sql.analyse('SELECT 1', SETTINGS)]
    await sql.close()
    expect(await Promise.all(answers)).toMatchObject([
      { failure: { code: 'too-slow' } },
      { failure: { code: 'too-slow' } },
    ])
    expect(await sql.analyse('SELECT 1', SETTINGS)).toMatchObject({ failure: { code: 'too-slow' } })
  })

  test('a thread that does not start is an error at opening', async () => {
    await expect(openSqlWorker({ limits: { maxDepth: 0 } })).rejects.toMatchObject({ code: 'worker-unavailable' })
    expect(DEFAULT_SQL_WORKER_OPTIONS.timeoutMs).toBe(2000)
  })
})
