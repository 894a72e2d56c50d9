import { readdirSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { openDisk, type Disk, type DiskFile } from './disk.ts'
import { AuditUnavailableError } from './errors.ts'
import type { AuditLog } from './log.ts'
import { openAuditLog, openAuditLogOn } from './open.ts'
import { limitedFiles, smallDisk } from './testdata/small-disk.ts'
import { newLog, outcome, record, records, verdict } from './testdata/setup.ts'
import { verifyDirectory } from './verify.ts'

const retryMs = 5

test.each([
  ['disk', smallDisk],
  ['quota', limitedFiles],
])('a full %s refuses what asks, keeps what has happened, and the log is whole when there is room', async (_, make) => {
  const disk = make()
  onTestFinished(disk.remove)
  const options = newLog({ directory: disk.directory, retryMs })
  const log = await openAuditLog(options)
  await record(log, verdict(1))
  disk.fill()
  const refused = await untilRefused(log)
  expect(refused).toMatchObject({ code: 'unavailable', sqlState: '58030', systemCode: disk.systemCode, kept: false })
  expect(log.status()).toMatchObject({ healthy: false, problem: expect.stringContaining(disk.systemCode) as string })
  expect(() => log.append(verdict(3))).toThrow(expect.objectContaining({ kept: false }))
  expect(() => log.append(outcome(1))).toThrow(expect.objectContaining({ kept: true }))
  disk.free()
  await untilHealthy(log)
  await record(log, verdict(4))
  await log.close()
  const all = await records(options.directory)
  const at = all.findIndex(({ type }) => type === 'log-recovered')
  expect(all[at]).toMatchObject({ cause: 'write-failed', systemCode: disk.systemCode, refused: 2, kept: 1, lost: 0 })
  expect(all.slice(at + 1).map(({ type }) => type)).toEqual([
    'statement-outcome',
    'checkpoint',
    'statement-verdict',
    'checkpoint',
  ])
  const { verification } = await verifyDirectory(options.directory)
  expect(verification).toMatchObject({ ok: true, summary: { unsignedRecords: 0 } })
})

test('a failed sync refuses those who wait, and what was written is moved unchanged to a new segment', async () => {
  const options = newLog({ retryMs })
  const faults = faultyDisk(openDisk(options.directory))
  const log = await openAuditLogOn(faults.disk, options)
  await record(log, verdict(1))
  faults.failSyncs(1)
  const written = log.append(verdict(2))
  log.flush(written)
  const pending = log.append(verdict(3))
  log.flush(pending)
  await expect(log.durable(written)).rejects.toMatchObject({ code: 'unavailable', systemCode: 'EIO' })
  await expect(log.durable(pending)).rejects.toMatchObject({ code: 'unavailable' })
  expect(() => log.append(verdict(4))).toThrow(expect.objectContaining({ sqlState: '58030', kept: false }))
  await untilHealthy(log)
  expect([written.state, pending.state]).toEqual(['durable', 'durable'])
  await record(log, verdict(5))
  await log.close()
  const names = ['0000000000000001.jsonl', '0000000000000004.jsonl', 'audit.pub']
  expect(readdirSync(options.directory).sort()).toEqual(names)
  const all = await records(options.directory)
  const statements = all.flatMap((record) => (record.type === 'statement-verdict' ? [record.statement] : []))
  expect(statements).toEqual(['s-1/1', 's-1/2', 's-1/3', 's-1/5'])
  const recovered = all.find(({ type }) => type === 'log-recovered')
  expect(recovered).toMatchObject({ cause: 'sync-failed', systemCode: 'EIO', refused: 1 })
  expect((await verifyDirectory(options.directory)).verification.ok).toBe(true)
})

test('a disk that fails at any step is never believed, and the log is whole when it works again', async () => {
  // Each run lets a different operation fail, on and on for a few times: writing, syncing, cutting, renaming, creating.
  for (const operation of ['write', 'sync', 'truncate', 'rename', 'create', 'syncNames'] as const) {
    for (let skip = 0; skip < 5; skip += 1) {
      const options = newLog({ retryMs: 1, rotateBytes: 3000 })
      const faults = faultyDisk(openDisk(options.directory))
      const log = await openAuditLogOn(faults.disk, options)
      faults.failSyncs(operation === 'truncate' || operation === 'rename' ? 1 : 0)
      faults.fail(operation, skip, 2)
      const durable: number[] = []
      const refusals: unknown[] = []
      for (let number = 1; number <= 16; number += 1) {
        try {
          const receipt = log.append(verdict(number))
          if (number % 3 === 0) log.flush(receipt)
          await log.durable(receipt)
          durable.push(number)
        } catch (error) {
          refusals.push(error)
          await untilHealthy(log)
        }
      }
      await log.close()
      const { verification } = await verifyDirectory(options.directory)
      expect({ operation, skip, verification }).toMatchObject({
        verification: { ok: true, summary: { unsignedRecords: 0 } },
      })
      const there = new Set(
        (await records(options.directory)).flatMap((record) =>
          record.type === 'statement-verdict' ? [record.statement] : [],
        ),
      )
      expect(durable.filter((number) => !there.has(`s-1/${number}`))).toEqual([])
      expect(durable.length).toBeGreaterThan(8)
      expect(refusals.map((error) => error instanceof AuditUnavailableError && error.code)).toEqual(
        refusals.map(() => 'unavailable'),
      )
    }
  }
}, 60_000)

test('more than may be kept is counted as lost, and told', async () => {
  const options = newLog({ retryMs: 1, maxKeptEvents: 3 })
  const faults = faultyDisk(openDisk(options.directory))
  const log = await openAuditLogOn(faults.disk, options)
  faults.fail('write', 0, 1)
  const receipt = log.append(verdict(1))
  expect(() => log.flush(receipt)).toThrow(expect.objectContaining({ code: 'unavailable' }))
  for (let number = 0; number < 5; number += 1) expect(() => log.append(outcome(number))).toThrow(/unrecorded/)
  await untilHealthy(log)
  await log.close()
  const recovered = (await records(options.directory)).find(({ type }) => type === 'log-recovered')
  expect(recovered).toMatchObject({ refused: 1, kept: 3, lost: 2 })
})

/** Appends until the log refuses, and returns its error; flushes so that the refusal comes at once. */
async function untilRefused(log: AuditLog): Promise<unknown> {
  for (let number = 0; number < 1000; number += 1) {
    try {
      const receipt = log.append(verdict(number))
      log.flush(receipt)
      await log.durable(receipt)
    } catch (error) {
      return error
    }
  }
  throw new Error('the disk never became full')
}

async function untilHealthy(log: AuditLog): Promise<void> {
  await expect
    .poll(() => log.status(), { interval: 2, timeout: 5000 })
    .toMatchObject({ healthy: true, problem: undefined })
}

type Operation = 'write' | 'sync' | 'truncate' | 'rename' | 'create' | 'syncNames'

/** A real disk whose operations fail when told to; a failed write leaves half of its bytes behind. */
function faultyDisk(real: Disk): {
  disk: Disk
  fail: (operation: Operation, skip: number, times: number) => void
  failSyncs: (times: number) => void
} {
  const plan = new Map<Operation, { skip: number; times: number }>()
  const isDue = (operation: Operation): boolean => {
    const step = plan.get(operation)
    if (step === undefined) return false
    if (step.skip > 0) {
      step.skip -= 1
      return false
    }
    step.times -= 1
    return step.times >= 0
  }
  const check = (operation: Operation): void => {
    if (isDue(operation)) throw Object.assign(new Error('input/output error'), { code: 'EIO' })
  }
  const wrap = (file: DiskFile): DiskFile => ({
    ...file,
    write: (bytes, position) => {
      const step = plan.get('write')
      if (step !== undefined && step.skip === 0 && step.times > 0)
        file.write(bytes.subarray(0, bytes.length / 2), position)
      check('write')
      file.write(bytes, position)
    },
    sync: async () => {
      check('sync')
      await file.sync()
    },
    truncate: async (size) => {
      check('truncate')
      await file.truncate(size)
    },
  })
  const disk: Disk = {
    ...real,
    create: (name) => {
      check('create')
      return wrap(real.create(name))
    },
    open: (name) => wrap(real.open(name)),
    rename: (from, to) => {
      check('rename')
      real.rename(from, to)
    },
    syncNames: async () => {
      check('syncNames')
      await real.syncNames()
    },
  }
  const fail = (operation: Operation, skip: number, times: number): void => void plan.set(operation, { skip, times })
  return { disk, fail, failSyncs: (times) => fail('sync', 0, times) }
}
