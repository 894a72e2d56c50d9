import { appendFileSync, copyFileSync, existsSync, readFileSync, readdirSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { RECOVERING_NAME } from './names.ts'
import { openAuditLog } from './open.ts'
import type { AuditLogOptions } from './log.ts'
import { newLog, record, records, verdict } from './testdata/setup.ts'
import { verifyDirectory } from './verify.ts'

const FIRST = '0000000000000001.jsonl'

/** A log that ends with five records behind its last checkpoint, as a crash leaves it. */
async function crashed(changes: Partial<AuditLogOptions> = {}): Promise<AuditLogOptions & { path: string }> {
  const options = newLog({ checkpointIntervalMs: 1_000_000, ...changes })
  const log = await openAuditLog(options)
  for (let number = 1; number <= 5; number += 1) await record(log, verdict(number))
  const path = join(options.directory, FIRST)
  const left = readFileSync(path)
  await log.close()
  writeFileSync(path, left)
  return { ...options, path }
}

async function reopened(options: AuditLogOptions): Promise<void> {
  const log = await openAuditLog(options)
  await record(log, verdict(6))
  await log.close()
}

test('a line cut anywhere is moved aside, told, and the chain goes on', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 2000 }), async (cut) => {
      const options = await crashed()
      const whole = readFileSync(options.path)
      writeFileSync(options.path, whole.subarray(0, whole.length - cut))
      await reopened(options)
      const { verification } = await verifyDirectory(options.directory)
      expect(verification).toMatchObject({ ok: true, summary: { unsignedRecords: 0, closed: true } })
      const kept = readFileSync(options.path).indexOf('"type":"log-open"', 200)
      expect(kept).toBeGreaterThan(0)
      const told = (await records(options.directory)).find(({ type }) => type === 'log-recovered')
      const torn = existsSync(`${options.path}.torn`) ? readFileSync(`${options.path}.torn`) : undefined
      expect(told?.type === 'log-recovered' ? told.tornBytes : undefined).toBe(torn?.length)
      expect(torn === undefined || whole.includes(torn)).toBe(true)
    }),
    { numRuns: 15, interruptAfterTimeLimit: 3000 },
  )
})

test.each([
  ['zeros', Buffer.alloc(5000)],
  ['bytes that are no UTF-8', Buffer.from([0xff, 0xfe, 0x0a, 0x80])],
  ['half a record', Buffer.from('{"action":"allow","app')],
  ['a copy of a record', undefined],
])('%s behind the last record are moved aside', async (_, junk) => {
  const options = await crashed()
  const lines = readFileSync(options.path, 'utf8').split('\n')
  appendFileSync(options.path, junk ?? `${lines[3] ?? ''}\n`)
  await reopened(options)
  expect((await verifyDirectory(options.directory)).verification.ok).toBe(true)
  expect((await records(options.directory)).filter(({ type }) => type === 'log-recovered')).toMatchObject([
    { cause: 'torn', tornFile: `${FIRST}.torn`, refused: 0 },
  ])
})

test('a signed record that was edited is never cut off: the log stays shut', async () => {
  const options = newLog()
  for (let round = 0; round < 2; round += 1) await reopened(options)
  const path = join(options.directory, FIRST)
  const edited = readFileSync(path, 'utf8').replace('"select 6"', '"select 7"')
  writeFileSync(path, edited)
  await expect(openAuditLog(options)).rejects.toMatchObject({ code: 'damaged', sqlState: '58030' })
  expect(readFileSync(path, 'utf8')).toBe(edited)
  expect(readdirSync(options.directory).sort()).toEqual([FIRST, 'audit.pub'])
  const { verification } = await verifyDirectory(options.directory)
  expect(verification).toMatchObject({ ok: false, findings: [{ code: 'edited-record', segment: FIRST, line: 3 }] })
})

test('a segment that has no whole record is moved aside, and the one before goes on', async () => {
  const options = await crashed({ rotateBytes: 2000 })
  const last =
    readdirSync(options.directory)
      .filter((name) => name.endsWith('.jsonl'))
      .sort()
      .at(-1) ?? ''
  const path = join(options.directory, last)
  writeFileSync(path, readFileSync(path).subarray(0, 100))
  await reopened(options)
  expect((await verifyDirectory(options.directory)).verification.ok).toBe(true)
})

test('a segment whose beginning was lost with the end of the one before is moved aside', async () => {
  const options = await crashed({ rotateBytes: 3000 })
  const names = readdirSync(options.directory)
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
  expect(names.length).toBeGreaterThan(1)
  const [before, last] = names.slice(-2).map((name) => join(options.directory, name))
  const whole = readFileSync(before ?? '')
  const lines = readFileSync(last ?? '', 'utf8').split('\n')
  writeFileSync(before ?? '', whole.subarray(0, whole.length - 700))
  // Without its checkpoint, as it was before anybody could believe it.
  writeFileSync(last ?? '', `${lines[0] ?? ''}\n`)
  await reopened(options)
  expect((await verifyDirectory(options.directory)).verification).toMatchObject({ ok: true, summary: { closed: true } })
  const told = (await records(options.directory)).filter(({ type }) => type === 'log-recovered')
  expect(told).toMatchObject([{ tornFile: `${names.at(-1)}.torn` }, { tornFile: `${names.at(-2)}.torn` }])
  // With one it is signed: then the one before was changed afterwards.
  writeFileSync(before ?? '', whole.subarray(0, whole.length - 700))
  writeFileSync(last ?? '', lines.join('\n'))
  for (const name of readdirSync(options.directory))
    if (name > (names.at(-1) ?? '') && name.endsWith('.jsonl')) unlinkSync(join(options.directory, name))
  await expect(openAuditLog(options)).rejects.toMatchObject({ code: 'damaged' })
})

test('files that are no segments are left alone, and found by verify', async () => {
  const options = newLog()
  await reopened(options)
  const stray = join(options.directory, 'x.jsonl')
  copyFileSync(join(options.directory, FIRST), stray)
  await reopened(options)
  expect(existsSync(stray)).toBe(true)
  expect((await verifyDirectory(options.directory)).verification).toMatchObject({
    ok: false,
    findings: [{ code: 'wrong-segment', segment: 'x.jsonl' }, { code: 'repeated-record' }],
  })
})

test('records on their way to a new segment are taken when they are the next ones, and dropped when they are there', async () => {
  for (const isCut of [true, false]) {
    const options = await crashed()
    const lines = readFileSync(options.path, 'utf8').trimEnd().split('\n')
    const moved = lines
      .slice(-2)
      .map((line) => `${line}\n`)
      .join('')
    writeFileSync(join(options.directory, RECOVERING_NAME), moved)
    if (isCut)
      writeFileSync(
        options.path,
        lines
          .slice(0, -2)
          .map((line) => `${line}\n`)
          .join(''),
      )
    await reopened(options)
    expect((await verifyDirectory(options.directory)).verification.ok).toBe(true)
    const texts = (await records(options.directory)).flatMap((record) =>
      record.type === 'statement-verdict' ? [record.text] : [],
    )
    expect(texts).toEqual([1, 2, 3, 4, 5, 6].map((number) => `select ${number}`))
    expect(existsSync(join(options.directory, RECOVERING_NAME))).toBe(false)
  }
})
