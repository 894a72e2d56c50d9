import { array, assert, boolean, constantFrom, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { effects, failure, relations, statement, statements } from '../testdata/analyse.ts'
import { sqlModeOf } from '../settings.ts'

const maria = { flavour: 'mariadb' } as const
const mode = (words: string) => ({ sqlMode: sqlModeOf(words) })

describe('comments', () => {
  test.each([
    ['/*! DELETE FROM t */', 'write'],
    ['/*!50000 DELETE*/ FROM t', 'write'],
    ['/*!080000 DELETE FROM t */', 'write'],
    ['/*!90704 DELETE FROM t */', 'write'],
    ['/*!40000 DELETE /* plain */ FROM t */', 'write'],
    ['SELECT 1 /*!99999 UNION SELECT a /* plain */ FROM t */', 'read'],
  ])('MySQL runs what an executable comment for its version holds: %s', (text, expected) => {
    expect(effects(text)).toBe(expected)
  })

  test('MariaDB leaves out what is marked for MySQL 5.7 and newer, and runs its own', () => {
    expect(relations('SELECT 1 /*!50700 UNION SELECT a FROM t */', maria)).toEqual([])
    expect(relations('SELECT 1 /*!50600 UNION SELECT a FROM t */', maria)).toEqual(['t:read(a)'])
    expect(relations('SELECT 1 /*!100100 UNION SELECT a FROM t */', maria)).toEqual(['t:read(a)'])
    expect(relations('SELECT 1 /*!101120 UNION SELECT a FROM t */', maria)).toEqual([])
    expect(relations('SELECT 1 /*M! UNION SELECT a FROM t */', maria)).toEqual(['t:read(a)'])
    expect(relations('SELECT 1 /*M!50700 UNION SELECT a FROM t */', maria)).toEqual(['t:read(a)'])
    expect(relations('SELECT 1 /*M! UNION SELECT a FROM t */')).toEqual([])
  })

  test('two dashes need white space, a control character or the end behind them', () => {
    expect(relations('SELECT 1--(SELECT a FROM t)')).toEqual(['t:read(a)'])
    expect(relations('SELECT 1 -- (SELECT a FROM t)')).toEqual([])
    expect(relations('SELECT 1 --\u0001(SELECT a FROM t)')).toEqual([])
    expect(relations('SELECT 1 -- x\r, (SELECT a FROM t)')).toEqual([])
    expect(relations('SELECT 1 --')).toEqual([])
    expect(relations('SELECT 1 # x\n, (SELECT a FROM t)')).toEqual(['t:read(a)'])
  })

  test('plain comments do not nest, and an open one is refused', () => {
    expect(failure('SELECT 1 /* /* x */ */')).toBe('syntax')
    expect(failure('SELECT 1 /* tail')).toBe('syntax')
    expect(failure('SELECT 1 /*! + 1')).toBe('syntax')
    expect(failure('/*! SELECT 1; SELECT 2 */')).toBe('syntax')
  })

  test('a hint that sets a variable is a change of the session, one elsewhere is a comment', () => {
    const text = 'SELECT /*+ SET_VAR(sql_mode=\'ANSI_QUOTES\') SET_VAR(max_execution_time=0) */ "a" FROM t'
    const { session } = statement(text)
    expect(session).toMatchObject({
      type: 'several',
      changes: [{ name: 'sql_mode' }, { name: 'max_execution_time', value: { literal: '0' } }],
    })
    expect(statement('SELECT 1 /*+ SET_VAR(max_execution_time=0) */').session).toBeUndefined()
    expect(statement(text, maria).session).toBeUndefined()
  })
})

describe('strings and names', () => {
  test('a backslash takes a quote along unless sql_mode says no', () => {
    const text = String.raw`SELECT 'a\' , a FROM t -- '`
    expect(relations(text)).toEqual([])
    expect(relations(text, mode('NO_BACKSLASH_ESCAPES'))).toEqual(['t:read(a)'])
  })

  test('double quotes are strings, or names under ANSI_QUOTES', () => {
    expect(relations('SELECT "ssn" FROM t')).toEqual(['t:read()'])
    expect(relations('SELECT "ssn" FROM t', mode('ANSI'))).toEqual(['t:read(ssn)'])
    expect(relations(String.raw`SELECT "a\" , ssn FROM t -- "`, mode('ANSI_QUOTES'))).toEqual([
      String.raw`t:read(a\,ssn)`,
    ])
  })

  test('a set sql_mode and character set hold for the rest of the text', () => {
    expect(relations(`SET sql_mode='ANSI_QUOTES'; SELECT "ssn" FROM t`)).toEqual(['t:read(ssn)'])
    expect(failure('SET sql_mode=@x; SELECT 1')).toBe('syntax')
    expect(failure('SET NAMES gbk; SELECT 1')).toBe('encoding')
    expect(effects('SET NAMES gbk')).toBe('session unknown')
  })

  test.each(['gbk', 'big5', 'sjis', 'cp932', 'gb18030', 'euckr', 'swe7', 'unheard_of'])(
    'a text in %s is refused',
    (characterSet) => {
      expect(failure('SELECT 1', { characterSet })).toBe('encoding')
    },
  )

  test('NUL, halves of characters, and what is no character of its set are refused', () => {
    expect(failure('SELECT 1\0')).toBe('encoding')
    expect(failure("SELECT '\ud83d'")).toBe('encoding')
    expect(failure("SELECT 'ä'", { characterSet: 'ascii' })).toBe('encoding')
    expect(failure("SELECT 'ä'", { characterSet: 'geostd8' })).toBe('encoding')
    expect(failure("SELECT '\ufffd'", { characterSet: 'cp1250' })).toBe('encoding')
    expect(failure("SELECT '\u00ff'", { characterSet: 'constructor' })).toBe('encoding')
    expect(failure("SELECT 'ä'")).toBeUndefined()
    expect(relations('SELECT a FROM t\u00a0WHERE')).toEqual(['t\u00a0WHERE:read(a)'])
  })

  test('letters that only look like keywords are none', () => {
    expect(failure('ſelect 1')).toBe('syntax')
    expect(relations('SELECT a FROM ſelect')).toEqual(['ſelect:read(a)'])
  })

  test('behind a point every word is a name, and digits may begin one', () => {
    expect(relations('SELECT t.select, t.1a FROM db.1t t')).toEqual(['db.1t:read(1a,select)'])
    expect(relations('SELECT`ssn`FROM`t`')).toEqual(['t:read(ssn)'])
    expect(relations("SELECT 1e1, .5, 0x1F, x'1F', 0b01, 1.e FROM t")).toEqual(['t:read()'])
    expect(relations('SELECT 0x1G, 1e FROM t')).toEqual(['t:read(0x1g,1e)'])
  })

  test('a function word off its parenthesis is a name, whose stored function may do anything', () => {
    expect(effects('SELECT now()')).toBe('read')
    expect(effects('SELECT now ()')).toBe('read unknown')
    expect(effects('SELECT now ()', mode('IGNORE_SPACE'))).toBe('read')
    expect(effects('SELECT `now`()')).toBe('read unknown')
    expect(effects('SELECT `load_file`(1)')).toBe('file read')
    expect(failure('SELECT count (*) FROM t')).toBe('syntax')
  })

  test('statements are parted by semicolons, but not those of a block', () => {
    expect(statements('SELECT 1;;; SELECT 2;').length).toBe(2)
    expect(statements(' ; -- nothing').length).toBe(0)
    expect(statements('BEGIN NOT ATOMIC DELETE FROM t; SELECT 1; END', maria).length).toBe(1)
    expect(failure('BEGIN NOT ATOMIC DELETE FROM t; END')).toBe('syntax')
    expect(failure('DELIMITER //\nDROP TABLE t//')).toBe('syntax')
  })
})

test('any text has an answer', () => {
  const parts = constantFrom(
    'SELECT',
    ' ',
    "'",
    '"',
    '`',
    '/*',
    '*/',
    '/*!',
    '/*!50000',
    '--',
    '#',
    '\n',
    '\\',
    '@',
    '@@',
    '.',
    '1',
    'e',
    '0x',
    '(',
    ')',
    ',',
    ';',
    '$',
    'a',
    'FROM',
    'é',
    '\0',
    '?',
    '=',
    '+',
    'IN',
  )
  assert(
    property(array(parts, { maxLength: 30 }), boolean(), (list, isMaria) => {
      const found = failure(list.join(''), isMaria ? maria : {})
      expect([undefined, 'syntax', 'encoding', 'too-deep']).toContain(found)
    }),
    { interruptAfterTimeLimit: 2000, numRuns: 5000 },
  )
})
