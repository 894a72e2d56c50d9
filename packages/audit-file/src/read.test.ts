import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LogLine } from '@sallyport/audit'
import { readLines } from './read.ts'
import { newDirectory } from './testdata/setup.ts'

async function linesOf(path: string, maxBytes?: number): Promise<readonly LogLine[]> {
  const batches: LogLine[] = []
  for await (const batch of readLines(path, maxBytes)) batches.push(...batch)
  return batches
}

test('the lines of a file are what stands between its line feeds, wherever the reads fall', async () => {
  const path = join(newDirectory(), 'x.jsonl')
  const line = fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => text.replaceAll('\n', '\ufeff'))
  const long = fc.integer({ min: 1, max: 300_000 }).map((length) => 'ä'.repeat(length))
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof({ arbitrary: line, weight: 5 }, long), { minLength: 1, maxLength: 12 }),
      async (texts) => {
        writeFileSync(path, `${texts.join('\n')}\n`)
        expect(await linesOf(path)).toEqual(texts.map((text) => ({ type: 'text', text, ended: true })))
        writeFileSync(path, `${texts.join('\n')}\nrest`)
        expect((await linesOf(path)).at(-1)).toEqual({ type: 'text', text: 'rest', ended: false })
      },
    ),
    { numRuns: 60, interruptAfterTimeLimit: 3000 },
  )
})

test('a line over the limit is told once, and costs no more memory than the limit', async () => {
  const path = join(newDirectory(), 'x.jsonl')
  writeFileSync(path, `a\n${'x'.repeat(3_000_000)}\nb\n${'y'.repeat(1001)}\nc`)
  expect(await linesOf(path, 1000)).toEqual([
    { type: 'text', text: 'a', ended: true },
    { type: 'unreadable', reason: 'too-long' },
    { type: 'text', text: 'b', ended: true },
    { type: 'unreadable', reason: 'too-long' },
    { type: 'text', text: 'c', ended: false },
  ])
})

test('a line that is not UTF-8 is never read as one that is', async () => {
  const path = join(newDirectory(), 'x.jsonl')
  writeFileSync(path, Buffer.from([0x61, 0xc3, 0x0a, 0xef, 0xbb, 0xbf, 0x62, 0x0a]))
  expect(await linesOf(path)).toEqual([
    { type: 'unreadable', reason: 'not-utf8' },
    { type: 'text', text: '\ufeffb', ended: true },
  ])
})

test('a directory that cannot be read is an error, not an empty log', async () => {
  await expect(linesOf('/nonexistent/x.jsonl')).rejects.toMatchObject({ code: 'unavailable', systemCode: 'ENOENT' })
})
