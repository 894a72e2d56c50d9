import { encodePackets } from '@sallyport/mysql-wire'
import { expect, it } from 'vitest'
import { clientLayer, HAS_ZSTD } from './compression.ts'

const packets = encodePackets(Buffer.alloc(100_000, 'sallyport '), 0)
const ALGORITHMS = HAS_ZSTD ? (['zlib', 'zstd'] as const) : (['zlib'] as const)

it.each(ALGORITHMS)('what one end wraps with %s the other unwraps, however it is cut', (algorithm) => {
  const compression = algorithm === 'zstd' ? ({ algorithm, level: 3 } as const) : ({ algorithm } as const)
  const wrapped = clientLayer(compression, 1024 * 1024).wrap(packets)
  expect(wrapped.length).toBeLessThan(packets.length / 10)
  const layer = clientLayer(compression, 1024 * 1024)
  const parts = [...layer.unwrap(wrapped.subarray(0, 10)), ...layer.unwrap(wrapped.subarray(10))]
  expect(Buffer.concat(parts).equals(packets)).toBe(true)
})

it('counts frames on from those of the client', () => {
  const layer = clientLayer({ algorithm: 'zlib' }, 1024)
  const command = clientLayer({ algorithm: 'zlib' }, 1024).wrap(encodePackets(Uint8Array.of(14), 0))
  layer.unwrap(command)
  expect([layer.wrap(packets)[3], layer.wrap(packets)[3]]).toEqual([1, 2])
  layer.unwrap(command)
  expect(layer.wrap(packets)[3]).toBe(1)
})

it('a frame that says it becomes more than the bound is refused before anything is made of it', () => {
  const layer = clientLayer({ algorithm: 'zlib' }, 1024)
  expect(() => layer.unwrap(clientLayer({ algorithm: 'zlib' }, 1024).wrap(packets))).toThrow(/beyond/)
})

it('a session without compression passes bytes as they are', () => {
  const layer = clientLayer({ algorithm: 'none' }, 1024)
  expect(layer.wrap(packets)).toBe(packets)
  expect(layer.unwrap(packets)).toEqual([packets])
})
