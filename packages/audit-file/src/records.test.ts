import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openAuditLog } from './open.ts'
import { readRecords } from './records.ts'
import { newLog, record, verdict } from './testdata/setup.ts'

test('records are read over all segments, after a sequence number, past what is no record', async () => {
  const options = newLog({ rotateBytes: 3000 })
  const log = await openAuditLog(options)
  for (let number = 1; number <= 20; number += 1) await record(log, verdict(number))
  await log.close()
  appendFileSync(join(options.directory, '0000000000000001.jsonl'), 'junk\n[]\nnull\n{"type":1}\n{"sequence"')
  const read: number[] = []
  for await (const { sequence, type } of readRecords(options.directory, { after: 10 })) {
    read.push(sequence)
    expect(type).toMatch(/^(statement-verdict|checkpoint)$/)
  }
  expect(read[0]).toBe(11)
  expect(read).toEqual(read.map((_, index) => index + 11))
  expect(read.length).toBeGreaterThan(10)
})
