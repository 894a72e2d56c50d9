import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonical } from './canonical.ts'
import { signedText, type AuditRecord } from './record.ts'
import { segmentName } from './segment.ts'
import { event } from './testdata/arbitrary.ts'
import { newSigner, read, sha256, writeLog, type LogFile } from './testdata/log.ts'
import type { AuditFinding, Verification, VerifyOptions } from './verification.ts'
import { verifyLog } from './verify.ts'

const signer = newSigner()
const events = fc.sample(event, { numRuns: 300, seed: 8785 })
const files = writeLog(events, signer)
const lines = files.flatMap(({ name, text }) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => ({ name, line })),
)

const check = (
  log: readonly { name: string; text: string | Uint8Array }[],
  options?: VerifyOptions,
): Promise<Verification> => verifyLog(read(log), sha256, signer, options)

/** The first finding. */
async function cause(
  log: readonly { name: string; text: string | Uint8Array }[],
  options?: VerifyOptions,
): Promise<AuditFinding | undefined> {
  const result = await check(log, options)
  return result.ok ? undefined : result.findings[0]
}

/** The same log with its lines changed, each staying in its file. */
function withLines(change: (lines: { name: string; line: string }[]) => void): LogFile[] {
  const changed = lines.map((line) => ({ ...line }))
  change(changed)
  return files.map(({ name }) => ({
    name,
    text: changed
      .filter((line) => line.name === name)
      .map(({ line }) => `${line}\n`)
      .join(''),
  }))
}

const anyLine = fc.nat(lines.length - 1)

test('a log as it was written verifies, with its figures', async () => {
  expect(files.length).toBe(7)
  const result = await check(files)
  expect(result).toMatchObject({
    ok: true,
    summary: {
      segments: 7,
      records: 331,
      checkpoints: 31,
      firstSequence: 1,
      lastSequence: 331,
      signedThrough: 331,
      unsignedRecords: 0,
      closed: true,
    },
  })
})

describe('any change is found', () => {
  test('any edited byte', async () => {
    const bytes = files.map(({ name, text }) => ({ name, text: Buffer.from(text) }))
    await fc.assert(
      fc.asyncProperty(fc.nat(files.length - 1), fc.nat(), fc.integer({ min: 1, max: 255 }), async (file, at, flip) => {
        const changed = bytes.map(({ name, text }) => ({ name, text: Buffer.from(text) }))
        const target = changed[file]?.text ?? Buffer.alloc(0)
        const offset = at % target.length
        target[offset] = (target[offset] ?? 0) ^ flip
        const found = await cause(changed)
        expect(found?.segment).toBe(files[file]?.name)
        const line = target.subarray(0, offset).filter((byte) => byte === 0x0a).length + 1
        // A line feed that goes joins two lines, and one that comes cuts one: it is said of the line or of the one after.
        expect(Math.abs((found?.line ?? 0) - line)).toBeLessThanOrEqual(1)
      }),
      { numRuns: 150, interruptAfterTimeLimit: 1500 },
    )
  })

  test('any removed record, and which', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(lines.length - 2), async (index) => {
        const found = await cause(withLines((all) => all.splice(index, 1)))
        expect(found).toMatchObject({ sequence: index + 1 })
        expect(found?.code).toMatch(/^missing-(records|segment)$/)
      }),
      { numRuns: 60, interruptAfterTimeLimit: 600 },
    )
  })

  test('any two records that changed places', async () => {
    await fc.assert(
      fc.asyncProperty(anyLine, anyLine, async (one, other) => {
        fc.pre(one !== other)
        const result = await check(
          withLines((all) => {
            const [a, b] = [all[one], all[other]]
            if (a !== undefined && b !== undefined) [a.line, b.line] = [b.line, a.line]
          }),
        )
        expect(result.ok).toBe(false)
      }),
      { numRuns: 60, interruptAfterTimeLimit: 600 },
    )
  })

  test('any record that stands there twice', async () => {
    await fc.assert(
      fc.asyncProperty(anyLine, anyLine, async (from, to) => {
        const result = await check(
          withLines((all) => {
            const name = all[to]?.name ?? ''
            all.splice(to, 0, { name, line: lines[from]?.line ?? '' })
          }),
        )
        expect(result.ok).toBe(false)
      }),
      { numRuns: 60, interruptAfterTimeLimit: 600 },
    )
  })

  test('any inserted record, though it is hashed and chained rightly', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(lines.length - 2), async (index) => {
        const found = await cause(
          withLines((all) => {
            const before = JSON.parse(lines[index]?.line ?? '') as AuditRecord
            const line = rehash({ ...before, sequence: index + 2, id: `feed0001-${index + 2}`, previous: before.hash })
            all.splice(index + 1, 0, { name: all[index]?.name ?? '', line })
          }),
        )
        expect(found).toBeDefined()
        expect(['repeated-record', 'forged-checkpoint', 'wrong-segment']).toContain(found?.code)
      }),
      { numRuns: 40, interruptAfterTimeLimit: 600 },
    )
  })

  test('any removed segment', async () => {
    for (const [index, { name }] of files.entries()) {
      const found = await cause(
        files.filter((file) => file.name !== name),
        { expect: last() },
      )
      const isLast = index === files.length - 1
      expect(found?.code).toBe(isLast ? 'truncated' : 'missing-segment')
    }
  })

  test('a segment under a second name', async () => {
    const copy = { name: segmentName(9999), text: files[2]?.text ?? '' }
    expect(await cause([...files, copy])).toMatchObject({ code: 'repeated-record', segment: copy.name })
    expect(await cause([...files, { ...copy, name: 'copy.jsonl' }])).toMatchObject({ code: 'wrong-segment' })
  })

  test('a log that is cut anywhere, against a record that was noted elsewhere', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: lines.length - 1 }), async (length) => {
        const found = await cause(
          withLines((all) => all.splice(length)).filter(({ text }) => text !== ''),
          { expect: last() },
        )
        expect(found?.code).toBe(length < 11 ? 'no-checkpoint' : 'truncated')
      }),
      { numRuns: 40, interruptAfterTimeLimit: 600 },
    )
  })
})

describe('a history that is hashed anew', () => {
  test('by editing a record and all after it, is caught by the next checkpoint', async () => {
    const found = await cause(rewriteFrom(24, (record) => ({ ...record, gateway: 'gw-2' })))
    // Records 23 to 33: the eleventh of each group is the checkpoint.
    expect(found).toMatchObject({ code: 'forged-checkpoint', sequence: 33 })
    expect(found?.message).toContain('since the checkpoint at record 22')
  })

  test('and signed with a key of the forger, is caught as an unknown key', async () => {
    const forger = newSigner('key-2')
    const forged = writeLog(events.slice(5), forger)
    expect(await cause(forged)).toMatchObject({ code: 'unknown-key', sequence: 11 })
  })

  test('without its checkpoints, is caught as unsigned', async () => {
    const bare = writeLog(events, signer, { every: 1000, end: false })
    expect(await cause(bare)).toMatchObject({ code: 'no-checkpoint' })
  })

  test('up to the last checkpoint only, is told as an unsigned tail', async () => {
    const tail = writeLog(events.slice(0, 27), signer, { end: false })
    const result = await check(tail)
    expect(result).toMatchObject({ ok: true, summary: { signedThrough: 22, unsignedRecords: 7, closed: false } })
  })

  test('in its unsigned tail, is caught against a record that was noted elsewhere', async () => {
    const tail = writeLog(events.slice(0, 27), signer, { end: false })
    const other = writeLog([...events.slice(0, 26), ...events.slice(40, 41)], signer, { end: false })
    const { summary } = await check(tail)
    const expected = { sequence: summary.lastSequence ?? 0, hash: summary.lastHash ?? '' }
    expect(await cause(tail, { expect: expected })).toBeUndefined()
    expect(await cause(other, { expect: expected })).toMatchObject({ code: 'other-history', sequence: 29 })
  })

  test('with a checkpoint that lost its signature, is caught', async () => {
    const log = withLines((all) => {
      const target = all[10]
      if (target !== undefined) target.line = target.line.replace(/"signature":"[^"]*",/, '')
    })
    expect(await cause(log)).toMatchObject({ code: 'forged-checkpoint', sequence: 11 })
  })
})

describe('the finding names the cause', () => {
  test('of an edited record', async () => {
    const log = withLines((all) => {
      const target = all[99]
      if (target !== undefined) target.line = target.line.replace('"gateway":"gw-1"', '"gateway":"gw-2"')
    })
    const result = await check(log)
    expect(result.ok ? [] : result.findings).toMatchObject([{ code: 'edited-record', sequence: 100, line: 45 }])
  })

  test('of two neighbours that changed places', async () => {
    const log = withLines((all) => {
      const [a, b] = [all[30], all[31]]
      if (a !== undefined && b !== undefined) [a.line, b.line] = [b.line, a.line]
    })
    const result = await check(log)
    expect(result.ok ? [] : result.findings).toMatchObject([{ code: 'reordered-record', sequence: 31, line: 32 }])
  })

  test('of a line that is no record, once', async () => {
    for (const junk of ['', '{}', 'null', '{"a":1', '[]', ` ${lines[30]?.line ?? ''}`]) {
      const result = await check(withLines((all) => all.splice(31, 0, { name: all[31]?.name ?? '', line: junk })))
      expect(result.ok ? [] : result.findings).toMatchObject([{ code: 'malformed-line', line: 32 }])
    }
  })

  test('of a member that is there twice', async () => {
    const log = withLines((all) => {
      const target = all[50]
      if (target !== undefined)
        target.line = target.line.replace('"gateway":"gw-1"', '"gateway":"gw-1","gateway":"gw-1"')
    })
    expect(await cause(log)).toMatchObject({ code: 'malformed-line', line: 51 })
  })

  test('of a record from another log', async () => {
    const other = writeLog(events, signer, { log: 'feed0002' })
    const mixed = files.map((file, index) => (index === 3 ? (other[3] ?? file) : file))
    expect(await cause(mixed)).toMatchObject({ code: 'foreign-record', segment: files[3]?.name, line: 1 })
  })

  test('of an unfinished last record, unless the log is growing', async () => {
    const torn = files.map((file, index) => (index === 6 ? { ...file, text: file.text.slice(0, -20) } : file))
    expect(await cause(torn)).toMatchObject({ code: 'torn-record', segment: files[6]?.name })
    expect(await cause(torn, { growing: true })).toBeUndefined()
  })

  test('of an unfinished record in an older segment, also when the log is growing', async () => {
    const torn = files.map((file, index) => (index === 2 ? { ...file, text: file.text.slice(0, -20) } : file))
    expect(await cause(torn, { growing: true })).toMatchObject({ code: 'torn-record' })
  })
})

test('a log whose oldest segments were moved away is accepted only when asked', async () => {
  expect(await cause(files.slice(2))).toMatchObject({ code: 'missing-segment', sequence: 1 })
  expect(await check(files.slice(2), { allowPruned: true })).toMatchObject({
    ok: true,
    summary: { firstSequence: 111 },
  })
})

test('an empty log is not a good log', async () => {
  expect(await cause([])).toMatchObject({ code: 'empty-log' })
  expect(await cause([{ name: segmentName(1), text: '' }])).toMatchObject({ code: 'empty-log' })
})

test('findings are bounded, and the first is never lost', async () => {
  const log = withLines((all) => {
    for (const entry of all) entry.line = entry.line.replace('gw-1', 'gw-2')
  })
  const few = await check(log, { maxFindings: 5 })
  const none = await check(log, { maxFindings: 0 })
  expect(few.ok ? [] : few.findings).toHaveLength(5)
  expect(none.ok ? [] : none.findings).toMatchObject([{ code: 'edited-record', sequence: 1 }])
})

function last(): { sequence: number; hash: string } {
  const { sequence, hash } = JSON.parse(lines.at(-1)?.line ?? '') as AuditRecord
  return { sequence, hash }
}

function rehash(record: object): string {
  const { hash: _, signature, ...content } = record as Record<string, unknown>
  const isCheckpoint = content['type'] === 'checkpoint'
  const hash = sha256(canonical(isCheckpoint || signature === undefined ? content : { ...content, signature }))
  return canonical({ ...content, hash, signature })
}

/** The log with one record changed, and everything behind it chained anew; only the signatures cannot be made. */
function rewriteFrom(sequence: number, change: (record: AuditRecord) => AuditRecord): LogFile[] {
  let previous: string | undefined
  return withLines((all) => {
    for (const entry of all) {
      let record = JSON.parse(entry.line) as AuditRecord
      if (record.sequence < sequence) continue
      if (record.sequence === sequence) record = change(record)
      entry.line = rehash(previous === undefined ? record : { ...record, previous })
      previous = (JSON.parse(entry.line) as AuditRecord).hash
    }
  })
}

test('the rewriting above is right: with the key it would pass', async () => {
  const rewritten = rewriteFrom(24, (record) => ({ ...record, gateway: 'gw-2' }))
  const result = await verifyLog(read(rewritten), sha256, { verify: () => 'valid' })
  expect(result.ok).toBe(true)
  expect(signedText('x')).toContain('checkpoint')
})
