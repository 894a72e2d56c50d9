import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createTreeReader } from './tree-reader.ts'

/** A text as the module's memory holds it: UTF-8, ended by NUL, and something else behind it. */
function memoryOf(text: string): Uint8Array {
  return Uint8Array.from([...unescapedBytes(text), 0, ...unescapedBytes('"else"')])
}

function unescapedBytes(text: string): readonly number[] {
  const encoded = encodeURIComponent(text)
  return [...encoded.matchAll(/%([0-9A-F]{2})|(.)/g)].map(([, hex, char]) =>
    hex === undefined ? (char ?? '').charCodeAt(0) : Number.parseInt(hex, 16),
  )
}

function readText(text: string, skipped = 'no such field'): unknown {
  const memory = memoryOf(text)
  const decode = (pointer: number, bytes: number): string =>
    decodeURIComponent(
      [...memory.subarray(pointer, pointer + bytes)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
    )
  return createTreeReader(decode, skipped).read(memory, 0)
}

describe('the reader of parse trees', () => {
  test('reads what JSON.parse reads', () => {
    // Trees have integers only; a name that JSON.parse treats apart is no field of the grammar.
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('', 'a', 'SelectStmt', '"', '\\', '\n', 'é', '😀', '\u007f'),
    )
    const value = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 5 }, text, fc.boolean(), fc.constant(null), fc.integer(), tie('list'), tie('fields')),
      list: fc.array(tie('value'), { maxLength: 4 }),
      fields: fc.dictionary(
        text.filter((name) => name !== '__proto__'),
        tie('value'),
        { maxKeys: 4, noNullPrototype: true },
      ),
    })).value
    fc.assert(
      fc.property(value, (tree) => {
        const json = JSON.stringify(tree)
        expect(readText(json)).toEqual(JSON.parse(json))
      }),
      { numRuns: 1000, interruptAfterTimeLimit: 2000 },
    )
  })

  test('leaves out skipped numbers, and nothing else', () => {
    const skipped = 'location'
    expect(readText('{"a":1,"location":7,"b":{"location":-1}}', skipped)).toEqual({ a: 1, b: {} })
    expect(readText('{"location":"/data","c":[{"location":0}]}', skipped)).toEqual({ location: '/data', c: [{}] })
  })

  test('what is no tree is an error, never half a tree', () => {
    for (const text of [
      '',
      '{',
      '{"a"',
      '{"a":',
      '{"a":1',
      '{"a":1,}',
      '[1',
      '[1,',
      '"a',
      '"a\\',
      'tru',
      '-',
      '1 ',
      '{}x',
      '{a:1}',
      '{"a":1.5}',
      'undefined',
    ]) {
      expect(() => readText(text)).toThrow(SyntaxError)
    }
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 39 }), (length) => {
        const whole = '{"stmts":[{"stmt":{"X":{"a":"b\\n","c":1}}}]}'
        expect(() => readText(whole.slice(0, length))).toThrow(SyntaxError)
      }),
    )
  })

  test('words of every length, with something else at every place', () => {
    for (let length = 0; length <= 70; length += 1) {
      const plain = 'abcdefgh'.repeat(9).slice(0, length)
      const others = ['\\', '"', '\n', 'é', '\u007f', 'z'].flatMap((other) =>
        Array.from({ length }, (_, at) => plain.slice(0, at) + other + plain.slice(at + 1)),
      )
      const words = [plain, ...others, plain, ...others, `${plain}\\`, plain]
      expect(readText(JSON.stringify(words))).toEqual(words)
    }
  })

  test('words that meet in one slot are told apart', () => {
    const words = Array.from({ length: 20_000 }, (_, index) => `w${String(index)}`)
    expect(readText(JSON.stringify([...words, ...words]))).toEqual([...words, ...words])
  })
})
