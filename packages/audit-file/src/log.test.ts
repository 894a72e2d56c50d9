import { readdirSync, readFileSync, statSync, truncateSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { readSigningKey } from './keys.ts'
import { openAuditLog } from './open.ts'
import { newLog, outcome, record, records, verdict } from './testdata/setup.ts'
import { verifyDirectory } from './verify.ts'

afterEach(() => {
  vi.useRealTimers()
})

test('a flushed record is in the file before flush returns, and on the disk once durable resolves', async () => {
  const options = newLog()
  const log = await openAuditLog(options)
  const receipt = log.append(verdict(1))
  expect(receipt.state).toBe('pending')
  log.flush(receipt)
  expect(receipt.state).toBe('written')
  expect((await records(options.directory)).at(-1)).toMatchObject({ sequence: receipt.sequence, text: 'select 1' })
  await log.durable(receipt)
  expect(receipt.state).toBe('durable')
  expect(log.durable(receipt)).toBeUndefined()
  await log.close()
})

test('what is appended in one turn takes one write and one sync', async () => {
  const log = await openAuditLog(newLog())
  const before = log.status()
  const receipts = Array.from({ length: 100 }, (_, number) => log.append(verdict(number)))
  for (const receipt of receipts) await log.durable(receipt)
  expect(log.status()).toMatchObject({
    writes: before.writes + 1,
    syncs: before.syncs + 1,
    records: before.records + 100,
  })
  await log.close()
})

test('10 000 statements from 64 sessions share few syncs, and every record is durable and in order', async () => {
  const options = newLog({ rotateBytes: 512 * 1024 })
  const log = await openAuditLog(options)
  let number = 0
  let durableCount = 0
  const runSession = async (): Promise<void> => {
    while (number < 10_000) {
      number += 1
      const receipt = log.append(verdict(number))
      log.flush(receipt)
      await log.durable(receipt)
      if (receipt.state === 'durable') durableCount += 1
    }
  }
  await Promise.all(Array.from({ length: 64 }, runSession))
  expect(durableCount).toBe(10_000)
  const { syncs, pendingBytes, head, durable } = log.status()
  expect(syncs).toBeLessThan(10_000 / 8)
  expect(pendingBytes).toBe(0)
  expect(durable).toEqual(head)
  await log.close()
  const { verification } = await verifyDirectory(options.directory, {
    publicKeys: [options.signingKey.publicKeyPem],
    expect: head,
  })
  expect(verification).toMatchObject({ ok: true, summary: { unsignedRecords: 0, closed: true } })
  const statements = (await records(options.directory)).filter(({ type }) => type === 'statement-verdict')
  expect(statements).toHaveLength(10_000)
  expect(verification.summary.segments).toBeGreaterThan(5)
})

test('a log that is opened again goes on where it was, also with another key', async () => {
  const options = newLog()
  const other = newLog().signingKey
  for (const signingKey of [options.signingKey, options.signingKey, other]) {
    const log = await openAuditLog({ ...options, signingKey })
    await record(log, verdict(1))
    await log.close()
  }
  const all = await records(options.directory)
  expect(all.map(({ sequence }) => sequence)).toEqual(all.map((_, index) => index + 1))
  expect(all.filter(({ type }) => type === 'log-open')).toHaveLength(3)
  expect(new Set(all.map(({ id }) => id.split('-')[0])).size).toBe(1)
  const { verification, keysFrom } = await verifyDirectory(options.directory)
  expect({ ok: verification.ok, keysFrom }).toEqual({ ok: true, keysFrom: 'directory' })
  const oneKey = await verifyDirectory(options.directory, { publicKeys: [options.signingKey.publicKeyPem] })
  expect(oneKey.verification).toMatchObject({ ok: false, findings: [{ code: 'unknown-key' }, { code: 'unknown-key' }] })
})

test('a closed log refuses, ends with a signature, and gives the directory free', async () => {
  const options = newLog()
  const log = await openAuditLog(options)
  const receipt = log.append(verdict(1))
  await log.close()
  await log.close()
  expect(receipt.state).toBe('durable')
  expect(() => log.append(verdict(2))).toThrow(expect.objectContaining({ code: 'closed', sqlState: '58030' }))
  expect((await records(options.directory)).at(-1)).toMatchObject({ type: 'checkpoint', reason: 'close' })
  expect(readdirSync(options.directory).sort()).toEqual(['0000000000000001.jsonl', 'audit.pub'])
})

test('records that nobody follows are signed within the interval', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval'] })
  const options = newLog({ checkpointIntervalMs: 500 })
  const log = await openAuditLog(options)
  await record(log, verdict(1))
  vi.advanceTimersByTime(499)
  expect((await records(options.directory)).at(-1)).toMatchObject({ type: 'statement-verdict' })
  vi.advanceTimersByTime(1)
  const all = await records(options.directory)
  expect(all.at(-1)).toMatchObject({ type: 'checkpoint', reason: 'interval', segment: 1 })
  vi.advanceTimersByTime(5000)
  expect(await records(options.directory)).toHaveLength(all.length)
  await log.close()
})

test('more than may wait for the disk is refused, and what has happened is still taken', async () => {
  const log = await openAuditLog(newLog({ maxPendingBytes: 5000 }))
  const append = (): void => {
    for (let number = 0; number < 100; number += 1) log.append(verdict(number))
  }
  expect(append).toThrow(expect.objectContaining({ code: 'overloaded', sqlState: '53000' }))
  const late = log.append(outcome(1))
  await log.durable(late)
  await record(log, verdict(1))
  await log.close()
})

test('a record over the limit is refused, and the chain does not notice', async () => {
  const options = newLog({ maxRecordBytes: 2000 })
  const log = await openAuditLog(options)
  expect(() => log.append(verdict(1, 'x'.repeat(2000)))).toThrow(expect.objectContaining({ code: 'too-large' }))
  expect(() => log.append(verdict(1, '\ud800'))).toThrow(expect.objectContaining({ code: 'lone-surrogate' }))
  await record(log, verdict(2))
  await log.close()
  expect((await verifyDirectory(options.directory)).verification.ok).toBe(true)
})

test.each([
  ['cut', (path: string) => truncateSync(path, 10)],
  ['removed', (path: string) => unlinkSync(path)],
])('a log that is %s while it is written is noticed, and nothing more is recorded', async (_, harm) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval'] })
  const options = newLog()
  const log = await openAuditLog(options)
  await record(log, verdict(1))
  harm(join(options.directory, '0000000000000001.jsonl'))
  vi.advanceTimersByTime(1000)
  expect(log.status().healthy).toBe(false)
  expect(() => log.append(verdict(2))).toThrow(expect.objectContaining({ code: 'damaged' }))
  await log.close()
})

test('only its owner may read the log and the key', async () => {
  const options = newLog()
  const log = await openAuditLog(options)
  const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8)
  const keyPath = join(options.directory, '..', 'audit.key')
  expect(mode(options.directory)).toBe('700')
  expect(mode(join(options.directory, '0000000000000001.jsonl'))).toBe('600')
  expect(mode(keyPath)).toBe('600')
  expect(readSigningKey(keyPath).keyId).toBe(options.signingKey.keyId)
  expect(readFileSync(join(options.directory, 'audit.pub'), 'utf8')).not.toContain('PRIVATE')
  expect(JSON.stringify(options.signingKey)).not.toContain('PRIVATE')
  await log.close()
})
