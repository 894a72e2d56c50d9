import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonical } from './canonical.ts'
import { readRecord } from './read.ts'
import { GENESIS, seal, sealCheckpoint, signedText, type AuditRecord } from './record.ts'
import { event, outcome, verdict } from './testdata/arbitrary.ts'
import { newSigner, sha256 } from './testdata/log.ts'

const stamp = { log: 'feed0001', gateway: 'gw "1"' }
const head = { sequence: 41, hash: 'ab'.repeat(32) }
const nowNs = 1_763_820_033_123_456_789n

const place = {
  gateway: 'gw "1"',
  id: 'feed0001-42',
  previous: head.hash,
  sequence: 42,
  time: '2025-11-22T14:00:33.123456789Z',
}

test('the hand-made form of a statement is the generic canonical form', () => {
  fc.assert(
    fc.property(fc.oneof(verdict, outcome), (event) => {
      const sealed = seal(event, head, stamp, nowNs, sha256)
      const unhashed = canonical({ ...event, ...place })
      const hash = sha256(unhashed)
      expect(sealed).toEqual({ line: canonical({ ...event, ...place, hash }), sequence: 42, hash })
    }),
    { numRuns: 500, interruptAfterTimeLimit: 4000 },
  )
})

test('any event becomes one canonical line that reads back as the same event with its place', () => {
  fc.assert(
    fc.property(event, (event) => {
      const { line, hash } = seal(event, head, stamp, nowNs, sha256)
      expect(line).not.toContain('\n')
      const record = JSON.parse(line) as AuditRecord
      expect(record).toEqual(JSON.parse(JSON.stringify({ ...event, ...place, hash })))
      expect(canonical(record)).toBe(line)
      expect(readRecord(line, sha256)).toMatchObject({
        type: 'record',
        record: { sequence: 42, log: 'feed0001', hash },
      })
    }),
    { numRuns: 300, interruptAfterTimeLimit: 4000 },
  )
})

test('a checkpoint signs its own hash, and through it everything before', () => {
  const signer = newSigner()
  const sealed = sealCheckpoint('interval', 40, head, stamp, nowNs, sha256, signer)
  const { signature, ...unsigned } = JSON.parse(sealed.line) as AuditRecord
  const { hash, ...content } = unsigned
  expect(content).toEqual({ ...place, type: 'checkpoint', reason: 'interval', key: 'key-1', segment: 40 })
  expect(sha256(canonical(content))).toBe(hash)
  expect(canonical({ ...unsigned, signature })).toBe(sealed.line)
  expect(signer.verify('key-1', signedText(hash), signature ?? '')).toBe('valid')
})

test('two events in the same place never have the same hash', () => {
  fc.assert(
    fc.property(event, event, (one, other) => {
      fc.pre(canonical(one) !== canonical(other))
      expect(seal(one, head, stamp, nowNs, sha256).hash).not.toBe(seal(other, head, stamp, nowNs, sha256).hash)
    }),
    { numRuns: 100, interruptAfterTimeLimit: 2000 },
  )
})

test('the first record follows nothing, and is number 1', () => {
  const { line } = seal({ type: 'log-open', version: 1, key: 'k' }, GENESIS, stamp, nowNs, sha256)
  expect(JSON.parse(line)).toMatchObject({ sequence: 1, previous: '0'.repeat(64), id: 'feed0001-1' })
})

test('an event that has no canonical form is refused, and its content is not in the message', () => {
  const open = { type: 'agent-detach', agent: 'secret\ud800', source: '', reason: '' } as const
  expect(() => seal(open, head, stamp, nowNs, sha256)).toThrow(expect.objectContaining({ code: 'lone-surrogate' }))
  expect(() => seal(open, head, stamp, nowNs, sha256)).not.toThrow(/secret/)
})
