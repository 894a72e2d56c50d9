import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CellMask, NULL_MASK } from '../cell-mask.ts'
import { MaskingError } from '../errors.ts'
import { OutputBuffer } from '../output-buffer.ts'
import { dataRow, outcome, textOf, utf8 } from '../testdata/shop.ts'
import { type CopyFormat, copyMasker, type CopyOptions } from './copy-masker.ts'

const CONSTANT: CellMask = { kind: 'constant', strategy: 'redact', bytes: utf8('[redacted]') }
/** Shows what reached it, so a test can see the value that a cell was read as. */
const BRACKETS: CellMask = {
  kind: 'computed',
  strategy: 'hash',
  write: (source, start, end, out) => {
    out.byte(0x3c)
    out.copy(source, start, end)
    out.byte(0x3e)
  },
}

const BINARY_HEADER = Uint8Array.of(...utf8('PGCOPY\n'), 0xff, 0x0d, 0x0a, 0, 0, 0, 0, 0, 0, 0, 0, 0)

function options(format: CopyFormat, more: Partial<CopyOptions> = {}): CopyOptions {
  const text = format === 'text'
  return {
    format,
    delimiter: text ? 0x09 : 0x2c,
    nullText: utf8(text ? String.raw`\N` : ''),
    quote: 0x22,
    escape: 0x22,
    header: 'none',
    maxRowBytes: 1024,
    ...more,
  }
}

function mask(how: CopyOptions, masks: readonly (CellMask | undefined)[], chunks: readonly Uint8Array[]): Uint8Array {
  const masker = copyMasker(how, masks)
  const out = new OutputBuffer(8)
  for (const chunk of chunks) masker.push(chunk.slice(), out)
  masker.end()
  return out.take()
}

function maskText(how: CopyOptions, masks: readonly (CellMask | undefined)[], stream: string): string {
  return textOf(mask(how, masks, [utf8(stream)]))
}

describe('text', () => {
  test('masked cells change, kept cells and NULLs do not', () => {
    expect(maskText(options('text'), [undefined, CONSTANT], '1\t123-45-6789\n2\t\\N\n')).toBe('1\t[redacted]\n2\t\\N\n')
    expect(maskText(options('text'), [NULL_MASK, undefined], 'a\tb\n')).toBe('\\N\tb\n')
  })

  test('a cell is masked by its value, and the masked value is escaped again', () => {
    expect(maskText(options('text'), [BRACKETS], String.raw`a\tb\\c\nd` + '\n')).toBe(String.raw`<a\tb\\c\nd>` + '\n')
    expect(maskText(options('text', { delimiter: 0x7c }), [BRACKETS, undefined], 'a\\|b|c\n')).toBe('<a\\|b>|c\n')
  })

  test('the header line keeps its names, or gets generic ones', () => {
    expect(maskText(options('text', { header: 'keep' }), [CONSTANT], 'ssn\n1\n')).toBe('ssn\n[redacted]\n')
    expect(maskText(options('text', { header: 'generic' }), [CONSTANT], '123\n1\n')).toBe('column1\n[redacted]\n')
  })

  test.each(['1\n', '1\t2\t3\n', '1\t2'])('%j is malformed', (stream) => {
    expect(() => maskText(options('text'), [CONSTANT, undefined], stream)).toThrow(MaskingError)
  })
})

describe('csv', () => {
  test('a quoted cell is masked whole, whatever it holds', () => {
    expect(maskText(options('csv'), [undefined, CONSTANT, undefined], '1,"a,""b""\nc",x\n')).toBe('1,"[redacted]",x\n')
    expect(maskText(options('csv'), [BRACKETS], '"a""b"\n')).toBe('"<a""b>"\n')
  })

  test('an unquoted empty cell is NULL and a quoted one is not', () => {
    expect(maskText(options('csv'), [CONSTANT, CONSTANT], ',""\n')).toBe(',"[redacted]"\n')
  })

  test('another quote, escape, delimiter and NULL text are respected', () => {
    const how = options('csv', { delimiter: 0x3b, quote: 0x27, escape: 0x5c, nullText: utf8('nil') })
    expect(maskText(how, [BRACKETS, undefined, CONSTANT], String.raw`'a\';b';c;nil` + '\n')).toBe(
      String.raw`'<a\';b>';c;nil` + '\n',
    )
    expect(maskText(how, [NULL_MASK, undefined, CONSTANT], 'a;b;c\n')).toBe("nil;b;'[redacted]'\n")
  })
})

describe('binary', () => {
  const header = BINARY_HEADER
  const rows = [dataRow('1', 'secret'), dataRow(null, null)]
  const stream = Uint8Array.of(...header, ...rows.flatMap((row) => [...row.subarray(5)]), 0xff, 0xff)

  test('fields are masked within header and trailer', () => {
    const expected = [dataRow('1', '[redacted]'), dataRow(null, null)].flatMap((row) => [...row.subarray(5)])
    expect(mask(options('binary'), [undefined, CONSTANT], [stream])).toEqual(
      Uint8Array.of(...header, ...expected, 0xff, 0xff),
    )
  })

  test.each([
    ['another signature', Uint8Array.of(...stream).fill(0, 0, 1)],
    ['no trailer', stream.subarray(0, -2)],
    ['bytes behind the trailer', Uint8Array.of(...stream, 0)],
  ])('%s is malformed', (_what, bytes) => {
    expect(() => mask(options('binary'), [undefined, CONSTANT], [bytes])).toThrow(MaskingError)
  })
})

describe('any format', () => {
  const masks = [undefined, CONSTANT, BRACKETS]
  const streams: readonly (readonly [CopyFormat, Uint8Array])[] = [
    ['text', utf8('1\ta\tb\\\\\\n\n2\t\\N\tc\n')],
    ['csv', utf8('1,"a\n,""",b\n2,,"x"\n')],
    [
      'binary',
      Uint8Array.of(
        ...BINARY_HEADER,
        ...dataRow('1', 'a', 'b').subarray(5),
        ...dataRow('2', null, '').subarray(5),
        0xff,
        0xff,
      ),
    ],
  ]

  test.each(streams)('%s: any split of the stream gives the same bytes', (format, stream) => {
    const whole = mask(options(format), masks, [stream])
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length)), (cuts) => {
        const at = [0, ...cuts.toSorted((left, right) => left - right), stream.length]
        const chunks = at.slice(1).map((end, index) => stream.subarray(at[index], end))
        expect(mask(options(format), masks, chunks)).toEqual(whole)
      }),
      { interruptAfterTimeLimit: 1000 },
    )
  })

  test.each(streams)('%s: any bytes are masked or malformed', (format) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect(outcome(() => mask(options(format), masks, [bytes]))).toMatch(/^(?:done|MaskingError)$/)
      }),
      { interruptAfterTimeLimit: 500 },
    )
  })

  test.each(['text', 'csv', 'binary'] as const)('%s: a row beyond the limit ends it', (format) => {
    const head = format === 'binary' ? [...(streams[2]?.[1].subarray(0, 19) ?? []), 0, 1, 0x10, 0, 0, 0] : []
    const masker = copyMasker(options(format), [CONSTANT])
    const out = new OutputBuffer()
    masker.push(Uint8Array.from(head), out)
    expect(() => {
      for (let sent = 0; sent < 20; sent += 1) masker.push(new Uint8Array(100).fill(0x61), out)
    }).toThrow(/larger than 1024 bytes/)
  })
})
