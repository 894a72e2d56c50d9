import { expect, test } from 'vitest'
import { needsWorker } from './inline.ts'
import { loadPostgres } from './postgres/analyser.ts'
import { DEFAULT_POSTGRES_SETTINGS } from './postgres/settings.ts'

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

test('so do short texts that may nest deeply', () => {
  for (const part of ['1+', '1 + ', 'f(', '((', 'not ', '1::a', '-(']) {
    expect(needsWorker(`SELECT ${part.repeat(Math.floor((16 * 1024 - 10) / part.length))}`)).toBe(true)
  }
})

test('what stays inline never drives the parser into the ground', async () => {
  const analyser = await loadPostgres()
  const inline = (text: string): string => (needsWorker(text) ? 'worker' : text)
  for (const [part, tail] of [
    ['1+', '1'],
    ['not ', 'true'],
    ['lower(', ''],
    ['(select ', ''],
    ['1::int', ''],
    ['- ', '1'],
    ['case when a then ', ''],
  ] as const) {
    for (const length of [2000, 4000, 5000, 8000, 16_000]) {
      analyser.analyse(
        inline(`SELECT ${part.repeat(Math.floor(length / part.length))}${tail}`),
        DEFAULT_POSTGRES_SETTINGS,
      )
    }
  }
  expect(analyser.parserReplacements()).toBe(0)
})
