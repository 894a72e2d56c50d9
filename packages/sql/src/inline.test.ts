import { expect, test } from 'vitest'
import { needsWorker } from './inline.ts'

test('long texts need a worker', () => {
  expect(needsWorker('x'.repeat(16 * 1024))).toBe(false)
  expect(needsWorker('x'.repeat(16 * 1024 + 1))).toBe(true)
  expect(needsWorker('x'.repeat(11), { maxInlineLength: 10 })).toBe(true)
})

test('short texts that take the lexer quadratic time need one too', () => {
  expect(needsWorker('/*'.repeat(1000))).toBe(true)
  expect(needsWorker('/*/'.repeat(1000))).toBe(true)
  expect(needsWorker(`SELECT 1 ${'+'.repeat(1000)}`)).toBe(true)
  expect(needsWorker(`SELECT 1 ${'+-'.repeat(500)}`)).toBe(true)
})

test('ordinary texts do not', () => {
  const row = "('a', 1, now() /* why */), "
  expect(needsWorker(`INSERT INTO t VALUES ${row.repeat(150)}`)).toBe(false)
  expect(needsWorker(`SELECT '${'x'.repeat(10_000)}'`)).toBe(false)
})
