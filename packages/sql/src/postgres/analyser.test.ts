import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SqlAnalyserError } from '../errors.ts'
import { loadPostgres } from './analyser.ts'
import { DEFAULT_POSTGRES_SETTINGS as SETTINGS, postgresSettingsKey } from './settings.ts'
import { effects, postgres, statements } from './testdata/analyse.ts'

const failure = (text: string): unknown => {
  const analysis = postgres.analyse(text, SETTINGS)
  return analysis.ok ? 'accepted' : analysis.failure
}

describe('texts', () => {
  test('an empty text has no statements', () => {
    for (const text of ['', ' ', ';', ' ; ; ', '-- nothing', '/* nothing */']) expect(statements(text)).toEqual([])
  })

  test('each statement knows where it stands, in UTF-16 offsets', () => {
    const text = "SELECT '😀é'; ;\n-- c\nUPDATE tä SET a = 1 WHERE b = 'ü' ; TABLE x"
    expect(statements(text).map(({ range }) => text.slice(range.start, range.end).trim())).toEqual([
      "SELECT '😀é'",
      "UPDATE tä SET a = 1 WHERE b = 'ü'",
      'TABLE x',
    ])
  })

  test('a syntax error says where, in UTF-16 offsets', () => {
    const text = "SELECT '😀é' FROM FROM"
    expect(failure(text)).toEqual({
      code: 'syntax',
      message: 'syntax error at or near "FROM"',
      position: text.lastIndexOf('FROM'),
    })
  })

  test('an error never quotes a literal', () => {
    for (const text of [
      "SELECT 'secret' 'secret'",
      "SELECT 'secret",
      'SELECT 1 "secret',
      'SELECT $$secret',
      "SELECT E'secret\\u12'",
    ]) {
      const { message } = failure(text) as { readonly message: string }
      expect(message).not.toContain('secret')
    }
  })

  test('NUL and lone surrogates are refused as an encoding', () => {
    for (const text of ['SELECT 1\0; DROP TABLE t', '\0', "SELECT '\ud800'", "SELECT '\udc00\ud800'"]) {
      expect(failure(text)).toMatchObject({ code: 'encoding' })
    }
    expect(effects("SELECT '\ud83d\ude00'")).toBe('read')
  })

  test('a text over the limit is too large, by its bytes', async () => {
    const small = await loadPostgres({ maxTextBytes: 20, maxStatements: 3 })
    const code = (text: string): unknown => {
      const analysis = small.analyse(text, SETTINGS)
      return analysis.ok ? 'ok' : analysis.failure.code
    }
    expect(code("SELECT '12345678901'")).toBe('ok')
    expect(code("SELECT '123456789012'")).toBe('too-large')
    expect(code("SELECT '€€€€€€€'")).toBe('too-large')
    expect(code('SELECT;;;;;')).toBe('ok')
    expect(code('END;END;END;END')).toBe('too-large')
  })

  test('a limit that makes no sense is an error at once', async () => {
    await expect(loadPostgres({ maxDepth: 0 })).rejects.toThrow(SqlAnalyserError)
    await expect(loadPostgres({ maxTextBytes: Number.NaN })).rejects.toMatchObject({ code: 'invalid-setting' })
  })
})

describe('stress', () => {
  test.each([
    ['parentheses', `SELECT ${'('.repeat(10_000)}1${')'.repeat(10_000)}`, 'too-deep'],
    ['additions', `SELECT ${'1+'.repeat(20_000)}1`, 'too-deep'],
    ['casts', `SELECT 1${'::int'.repeat(20_000)}`, 'too-deep'],
    ['subqueries', `SELECT ${'(SELECT '.repeat(5000)}1${')'.repeat(5000)}`, 'too-deep'],
    ['joins', `SELECT 1 FROM a${' JOIN a ON true'.repeat(20_000)}`, 'too-deep'],
    ['negations', `SELECT ${'NOT '.repeat(10_000)}true`, 'too-deep'],
    ['ORs', `SELECT ${Array(10_000).fill('a = 1').join(' OR ')}`, 'accepted'],
    ['IN list', `SELECT 1 WHERE a IN (${Array(50_000).fill('1').join(',')})`, 'accepted'],
    ['quotes', "'".repeat(200_000), 'syntax'],
    ['dollars', '$'.repeat(500_000), 'syntax'],
    ['open parentheses', '('.repeat(100_000), 'too-deep'],
    ['dots', `SELECT ${'a.'.repeat(100_000)}`, 'syntax'],
    ['words', 'union '.repeat(6000), 'syntax'],
    ['commits', 'commit '.repeat(6000), 'syntax'],
    ['statements', 'commit;'.repeat(10_001), 'too-large'],
  ])('10,000 and more %s end clearly, and the next statement is read right', async (_what, text, code) => {
    await postgres.ready()
    const outcome = failure(text)
    expect(outcome === 'accepted' ? outcome : (outcome as { readonly code: string }).code).toBe(code)
    expect(effects('WITH d AS (DELETE FROM t RETURNING *) SELECT lower(a) FROM d')).toBe('read write')
  })

  test('a parser that a text drove into the ground is replaced', async () => {
    const analyser = await loadPostgres()
    const deep = `SELECT ${'1+'.repeat(100_000)}1`
    for (let round = 0; round < 3; round += 1) {
      expect(analyser.analyse(deep, SETTINGS)).toMatchObject({ ok: false, failure: { code: 'too-deep' } })
      await analyser.ready()
    }
    expect(analyser.parserReplacements()).toBe(3)
    expect(analyser.analyse('SELECT 1', SETTINGS)).toMatchObject({ ok: true, statements: [{ kind: 'select' }] })
  })

  test('while no parser is left, texts are refused, and it comes back by itself', async () => {
    const analyser = await loadPostgres()
    const deep = `SELECT ${'1+'.repeat(100_000)}1`
    analyser.analyse(deep, SETTINGS)
    analyser.analyse(deep, SETTINGS)
    expect(analyser.analyse('SELECT 1', SETTINGS)).toMatchObject({ ok: false, failure: { code: 'too-slow' } })
    await analyser.ready()
    expect(analyser.analyse('SELECT 1', SETTINGS).ok).toBe(true)
  })
})

describe('properties', () => {
  const fragment = fc.constantFrom(
    'SELECT', 'DELETE', 'FROM', 'WHERE', 'WITH', 'AS', '(', ')', ',', ';', '*', 't', 'a', '1', "'x'", '$1', '=', 'AND', 'OR', 'NOT',
    'INTO', 'VALUES', 'f(1)', 'EXPLAIN', 'ANALYZE', 'UNION', 'NULL', 'IS', '::int', "E'\\'", '$$', '"q"', '--\n', '/*', '*/', '.', '😀', '\u00a0',
  ) // prettier-ignore

  test('any text gives statements or a failure, never an exception', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(fragment, { maxLength: 25 }).map((parts) => parts.join(' ')),
        ),
        (text) => {
          const analysis = postgres.analyse(text, SETTINGS)
          const ranges = analysis.ok ? analysis.statements.map(({ range }) => [range.start, range.end]) : []
          const positions = [0, ...ranges.flat(), text.length]
          expect(positions).toEqual(positions.toSorted((one, other) => one - other))
          expect(analysis.ok && analysis.statements.some((each) => each.effects.size === 0)).toBe(false)
          expect(analysis.ok ? 0 : (analysis.failure.position ?? 0)).toBeLessThanOrEqual(text.length)
        },
      ),
      { interruptAfterTimeLimit: 2000, numRuns: 2000 },
    )
  })

  test('whatever stands around it, a DELETE in WITH is a write', () => {
    const names = fc.stringMatching(/^[a-z]{1,6}_$/)
    fc.assert(
      fc.property(
        names,
        names,
        fc.constantFrom('SELECT 1', 'TABLE t', 'VALUES (1)', 'INSERT INTO t SELECT 1'),
        (a, b, last) => {
          expect(effects(`WITH ${a} AS (SELECT 1), ${b}x AS (DELETE FROM t RETURNING *) ${last}`)).toContain('write')
        },
      ),
      { interruptAfterTimeLimit: 1000, numRuns: 200 },
    )
  })
})

describe('settings key', () => {
  test('it differs for everything that changes the answer, and for nothing else', () => {
    const catalogue = {
      version: '7',
      schemaOf: () => undefined,
    }
    const keys = [
      SETTINGS,
      { ...SETTINGS, searchPath: ['a'] },
      { ...SETTINGS, searchPath: ['a', 'b'] },
      { ...SETTINGS, searchPath: 'unknown' as const },
      { ...SETTINGS, functions: new Map([['f', ['read'] as const]]) },
      { ...SETTINGS, functions: new Map([['f', ['write'] as const]]) },
      { ...SETTINGS, catalogue },
      { ...SETTINGS, catalogue: { ...catalogue, version: '8' } },
    ].map((settings) => postgresSettingsKey(settings))
    expect(new Set(keys).size).toBe(keys.length)
    const functions = [['a', ['read']] as const, ['b', ['read']] as const]
    expect(postgresSettingsKey({ ...SETTINGS, functions: new Map(functions) })).toBe(
      postgresSettingsKey({ ...SETTINGS, functions: new Map([...functions].reverse()) }),
    )
  })
})
