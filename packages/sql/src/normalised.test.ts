import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { normalisedText } from './normalised.ts'

describe('PostgreSQL', () => {
  test.each([
    ["SELECT 'it''s', 1.5e3, $1 FROM t1", 'SELECT ? FROM t1'],
    ["select  E'a\\'b' ,\n  U&'\\0041' -- c", 'select ?'],
    ['SELECT $$a ; b$$, $x$ $$ $x$ FROM "My ""Table" WHERE a1 = -2', 'SELECT ? FROM "My ""Table" WHERE a1 = -?'],
    ['SELECT /* a /* b */ c */ 1', 'SELECT ?'],
    ['SELECT a$b, c FROM t WHERE id IN (1, 2,3)', 'SELECT a$b, c FROM t WHERE id IN (?)'],
    ["SELECT 'never closed", 'SELECT ?'],
    ['SELECT $x$ never closed', 'SELECT ?'],
  ])('%s', (text, normalised) => {
    expect(normalisedText(text, 'postgres')).toBe(normalised)
  })
})

describe('MySQL', () => {
  test.each([
    ['SELECT "a\\"b", \'c\', 0xFF, ? FROM `t 1`', 'SELECT ? FROM `t 1`'],
    ['SELECT 1 # c\n-- d\n--2', 'SELECT ? --?'],
    ['SELECT a /*!50000 , b */ /* c */ FROM t', 'SELECT a /*!50000 , b */ FROM t'],
    ['SET @a = 5, @@session.x = 1', 'SET @a = ?, @@session.x = ?'],
  ])('%s', (text, normalised) => {
    expect(normalisedText(text, 'mysql')).toBe(normalised)
  })
})

test('has an answer for any text, and ends in time', () => {
  const part = fc.constantFrom("'", '"', '$$', '$a$', '/*', '*/', '--', '\n', '\\', 'E', ' ', 'x', ',', '`', '7')
  fc.assert(
    fc.property(
      fc.array(part, { maxLength: 40 }),
      fc.constantFrom('postgres' as const, 'mysql' as const),
      (parts, dialect) => {
        expect(() => normalisedText(parts.join(''), dialect)).not.toThrow()
      },
    ),
    { interruptAfterTimeLimit: 1500 },
  )
  const started = performance.now()
  for (const text of [
    "'".repeat(50_001),
    '/*'.repeat(50_000),
    '$a$'.repeat(50_001),
    '1e'.repeat(50_000),
    '"'.repeat(50_001),
  ]) {
    normalisedText(text, 'postgres')
    normalisedText(text, 'mysql')
  }
  expect(performance.now() - started).toBeLessThan(5000)
})
