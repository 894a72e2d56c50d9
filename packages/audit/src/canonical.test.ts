import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonical, canonicalShared, share } from './canonical.ts'
import { AuditError } from './errors.ts'

const json = fc.jsonValue({ stringUnit: 'grapheme', maxDepth: 6 })

test('the canonical text says the same as the value', () => {
  fc.assert(
    fc.property(json, (value) => {
      // JSON has one zero, so that of the value is made the same.
      expect(JSON.parse(canonical(value))).toEqual(JSON.parse(JSON.stringify(value)))
    }),
    { interruptAfterTimeLimit: 1500 },
  )
})

test('equal values have one canonical text, whatever the order of their members', () => {
  fc.assert(
    fc.property(json, fc.infiniteStream(fc.nat()), (value, order) => {
      expect(canonical(shuffled(value, order))).toBe(canonical(value))
    }),
    { interruptAfterTimeLimit: 1500 },
  )
})

test('a canonical text is its own canonical text', () => {
  fc.assert(
    fc.property(json, (value) => {
      expect(canonical(JSON.parse(canonical(value)))).toBe(canonical(value))
    }),
    { interruptAfterTimeLimit: 1000 },
  )
})

// RFC 8785 section 3.2.3, the example of sorting; the last two differ in UTF-16 order and in code point order.
test('members are sorted by UTF-16 code units', () => {
  const names = ['\u20ac', '\r', '\ufb33', '1', '\ud83d\ude00', '\u0080', '\u00f6']
  const sorted = ['\r', '1', '\u0080', '\u00f6', '\u20ac', '\ud83d\ude00', '\ufb33']
  const text = canonical(Object.fromEntries(names.map((name) => [name, 0])))
  expect(text).toBe(`{${sorted.map((name) => `${JSON.stringify(name)}:0`).join(',')}}`)
})

// RFC 8785 appendix B.
test.each([
  [0, '0'],
  [-0, '0'],
  [5e-324, '5e-324'],
  [-1.7976931348623157e308, '-1.7976931348623157e+308'],
  [9007199254740992, '9007199254740992'],
  [295147905179352830000, '295147905179352830000'],
  [1e21, '1e+21'],
  [9.999999999999997e22, '9.999999999999997e+22'],
  [333333333.3333332, '333333333.3333332'],
  [1e-7, '1e-7'],
  [0.000001, '0.000001'],
])('the number %d is written %s', (value, text) => {
  expect(canonical(value)).toBe(text)
})

test('control characters are written in their short forms, and everything else as itself', () => {
  expect(canonical('\u20ac$\u000f\nA\'B"\\\\"/\u2028')).toBe('"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/\u2028"')
})

test('a lone surrogate is refused, and a text that only spells one is not', () => {
  for (const text of ['\ud800', 'a\udc00', '\ude00\ud83d']) {
    expect(() => canonical(text)).toThrow(expect.objectContaining({ code: 'lone-surrogate' }))
    expect(() => canonical({ [text]: 1 })).toThrow(AuditError)
  }
  expect(canonical('\\ud800')).toBe('"\\\\ud800"')
})

test.each([[Number.NaN], [Number.POSITIVE_INFINITY], [1n], [Symbol('x')], [[undefined]], [() => 1]])(
  'what JSON has no form for is refused: %s',
  (value) => {
    expect(() => canonical(value)).toThrow(expect.objectContaining({ code: 'not-json' }))
  },
)

test('a circular value is refused before the stack ends', () => {
  const value: { self?: unknown } = {}
  value.self = value
  expect(() => canonical(value)).toThrow(expect.objectContaining({ code: 'too-deep' }))
  expect(() => share(value)).toThrow(expect.objectContaining({ code: 'too-deep' }))
})

test('a shared value cannot change after its text is remembered', () => {
  const value = share({ list: [1, { deep: 'x' }] })
  expect(() => (value.list as unknown[]).push(2)).toThrow(TypeError)
  expect(canonicalShared(value)).toBe('{"list":[1,{"deep":"x"}]}')
  expect(canonicalShared({ b: 1, a: 2 })).toBe('{"a":2,"b":1}')
})

function shuffled(value: unknown, order: Iterator<number>): unknown {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, order))
  if (typeof value !== 'object' || value === null) return value
  const keyed = Object.entries(value).map(([name, member]) => ({
    name,
    member: shuffled(member, order),
    at: next(order),
  }))
  const result = Object.create(null) as Record<string, unknown>
  for (const { name, member } of keyed.sort((a, b) => a.at - b.at)) result[name] = member
  return result
}

function next(order: Iterator<number>): number {
  const { value } = order.next() as { value: number }
  return value
}
