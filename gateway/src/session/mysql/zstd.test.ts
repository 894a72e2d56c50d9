import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nodeZstd, wasmZstd, type Zstd } from './zstd.ts'

const own = nodeZstd()
const codings: readonly (readonly [string, Zstd])[] = [
  ['the library', await wasmZstd()],
  ...(own === undefined ? [] : [['Node', own] as const]),
]

describe.each(codings)('zstd of %s', (_, zstd) => {
  it('any bytes come back from any level', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 5000 }),
      fc.nat({ max: 300_000 }).map((size) => new Uint8Array(size).fill(7)),
    )
    fc.assert(
      fc.property(bytes, fc.integer({ min: 1, max: 6 }), (plain, level) => {
        const compressed = zstd.compress(plain, level)
        for (const [, other] of codings) {
          expect(Buffer.compare(other.decompress(compressed, Math.max(1, plain.length)), plain)).toBe(0)
        }
      }),
      { interruptAfterTimeLimit: 2000, numRuns: 100 },
    )
  })

  it('a frame that becomes more than it may is refused, and takes no room', () => {
    const bomb = zstd.compress(new Uint8Array(16 * 1024 * 1024), 3)
    expect(bomb.length).toBeLessThan(2000)
    for (const length of [1, 1000, 16 * 1024 * 1024 - 1]) {
      expect(() => zstd.decompress(bomb, length)).toThrow(Error)
    }
    expect(zstd.decompress(bomb, 16 * 1024 * 1024).length).toBe(16 * 1024 * 1024)
  })

  it('a header that wants a window or a content of gigabytes is refused', () => {
    // Magic number, descriptor, window of 2 GiB, last raw block of one byte.
    const window = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 0x09, 0x00, 0x00, 0x41]
    // Single segment with a content size of eight bytes.
    const content = [0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 1, 0, 0, 0, 0x09, 0x00, 0x00, 0x41]
    expect(() => zstd.decompress(Uint8Array.from(content), 1000)).toThrow(Error)
    // One that reads at once needs no window, and may take it for what it is.
    const read = outcomeOf(() => zstd.decompress(Uint8Array.from(window), 1000))
    expect([undefined, 'A']).toContain(read)
  })

  it('what is no frame is refused or empty, whatever it is, and leaves the next alone', () => {
    const good = zstd.compress(Buffer.from('sallyport '.repeat(100)), 3)
    const broken = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.tuple(fc.nat({ max: good.length - 1 }), fc.integer({ min: 1, max: 255 })).map(([at, change]) => {
        const bytes = Uint8Array.from(good)
        bytes[at] = bytes[at]! ^ change
        return bytes
      }),
      fc.nat({ max: good.length - 1 }).map((length) => good.subarray(0, length)),
    )
    fc.assert(
      fc.property(broken, (bytes) => {
        const read = outcomeOf(() => zstd.decompress(bytes, 2000))
        expect(read === undefined || read.length <= 2000).toBe(true)
        expect(zstd.decompress(good, 1000).length).toBe(1000)
      }),
      { interruptAfterTimeLimit: 2000, numRuns: 500 },
    )
  })
})

function outcomeOf(read: () => Uint8Array): string | undefined {
  try {
    return Buffer.from(read()).toString('latin1')
  } catch {
    return undefined
  }
}
