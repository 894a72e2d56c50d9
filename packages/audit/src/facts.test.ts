import type { Statement } from '@sallyport/core'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonical } from './canonical.ts'
import { clipText, ruleFacts, sessionFacts, statementFacts } from './facts.ts'
import { segmentName, segmentSequence } from './segment.ts'
import { formatTime } from './time.ts'

const statement: Statement = {
  dialect: 'postgres',
  kind: 'select',
  effects: new Set(['read']),
  relations: [{ schema: 'public', name: 'customers', access: 'read', columns: 'all' }],
  functions: [],
  where: 'none',
  limit: 'absent',
  predicates: 'unknown',
  fingerprint: 'select * from customers',
  output: 'unknown',
  session: undefined,
  range: { start: 0, end: 10 },
}

test('the facts of a cached statement are made once', () => {
  const first = statementFacts({ ok: true, statements: [statement] })[0]
  const again = statementFacts({ ok: true, statements: [statement] })[0]
  expect(first).toEqual({
    kind: 'select',
    fingerprint: 'select * from customers',
    effects: ['read'],
    relations: [{ schema: 'public', name: 'customers', access: 'read' }],
  })
  expect(again).toBe(first)
})

test('a text that could not be parsed has unknown facts, never none', () => {
  expect(statementFacts({ ok: false, failure: { code: 'syntax', message: '', position: 0 } })).toBe('unknown')
})

test('session facts hold the identity as it was then, and nothing that was put beside it', () => {
  const groups = ['dev']
  const identity = {
    subject: 'alice',
    email: undefined,
    groups,
    method: 'oidc' as const,
    kind: 'human' as const,
    token: 'secret',
  }
  const facts = sessionFacts({ session: 's', connection: 'c', engine: 'postgres', identity, source: '127.0.0.1:1' })
  groups.push('admin')
  expect(canonical(facts)).toBe(
    '{"connection":"c","engine":"postgres","identity":{"groups":["dev"],"kind":"human","method":"oidc","subject":"alice"},' +
      '"session":"s","source":"127.0.0.1:1"}',
  )
})

test('rules are recorded by id and action, without prose', () => {
  const finding = {
    rule: 'no-ddl',
    action: 'deny' as const,
    message: 'text',
    hint: 'text',
    statement: 0,
    observed: false,
  }
  expect(ruleFacts([finding])).toEqual([{ rule: 'no-ddl', action: 'deny', observed: false }])
})

test('a clipped text fits, begins the text, and can be recorded', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (text, max) => {
      const clipped = clipText(text, max)
      expect(text.startsWith(clipped)).toBe(true)
      expect(clipped.length).toBeLessThanOrEqual(max)
      expect(clipped.length).toBeGreaterThanOrEqual(Math.min(text.length, max - 1))
      expect(JSON.parse(canonical(clipped))).toBe(clipped)
    }),
    { interruptAfterTimeLimit: 1500 },
  )
})

test('times have nine digits of a second, and sort as they follow', () => {
  expect(formatTime(0n)).toBe('1970-01-01T00:00:00.000000000Z')
  expect(formatTime(1_763_820_033_000_000_007n)).toBe('2025-11-22T14:00:33.000000007Z')
  const time = fc.bigInt({ min: 0n, max: 4_000_000_000_000_000_000n })
  fc.assert(
    fc.property(time, time, (a, b) => {
      expect(formatTime(a) < formatTime(b)).toBe(a < b)
      expect(BigInt(Date.parse(formatTime(a))) / 1000n).toBe(a / 1_000_000_000n)
    }),
    { interruptAfterTimeLimit: 1500 },
  )
})

test('segment names sort as their records do, and read back', () => {
  const sequence = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })
  fc.assert(
    fc.property(sequence, sequence, (a, b) => {
      expect(segmentName(a) < segmentName(b)).toBe(a < b)
      expect(segmentSequence(segmentName(a))).toBe(a)
    }),
    { interruptAfterTimeLimit: 1000 },
  )
  for (const name of ['0.jsonl', '0000000000000000.jsonl', '9999999999999999.jsonl', '000000000000001x.jsonl']) {
    expect(segmentSequence(name)).toBeUndefined()
  }
  expect(() => segmentName(0)).toThrow(expect.objectContaining({ code: 'sequence' }))
})
