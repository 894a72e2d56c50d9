import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ChunkQueue } from './chunk-queue.ts'

describe('ChunkQueue', () => {
  test('a range inside one chunk is a view of it', () => {
    const queue = new ChunkQueue()
    const chunk = Uint8Array.of(1, 2, 3, 4)
    queue.push(chunk)
    expect(queue.take(2).buffer).toBe(chunk.buffer)
    expect(queue.take(2).byteOffset).toBe(2)
    expect(queue.length).toBe(0)
  })

  test('refuses to give what it does not have', () => {
    const queue = new ChunkQueue()
    queue.push(Uint8Array.of(1))
    expect(() => queue.take(2)).toThrow(expect.objectContaining({ code: 'out-of-bounds' }))
    expect(() => queue.byteAt(1)).toThrow(expect.objectContaining({ code: 'out-of-bounds' }))
    expect(queue.takeAll()).toEqual(Uint8Array.of(1))
  })

  test('what was taken is not changed by what is pushed next', () => {
    const queue = new ChunkQueue()
    queue.push(Uint8Array.of(1))
    for (let byte = 2; byte < 100; byte += 1) queue.push(Uint8Array.of(byte))
    const taken = queue.take(50)
    const before = taken.slice()
    for (let byte = 0; byte < 100; byte += 1) queue.push(Uint8Array.of(byte))
    expect(taken).toEqual(before)
  })

  test('two million bytes that come one by one cost memory like bytes, and time like bytes', () => {
    const queue = new ChunkQueue()
    const one = Uint8Array.of(7)
    for (let count = 0; count < 2_000_000; count += 1) queue.push(one)
    expect(queue.takeAll().every((byte) => byte === 7)).toBe(true)
  })

  test('any bytes come out as they went in, however they are cut', () => {
    const chunk = fc.oneof(fc.uint8Array({ maxLength: 20 }), fc.uint8Array({ minLength: 2100, maxLength: 2200 }))
    const step = fc.record({ push: chunk, take: fc.oneof(fc.constant(0), fc.nat({ max: 5000 })) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const queue = new ChunkQueue()
        const pushed: number[] = []
        const taken: number[] = []
        for (const action of steps) {
          queue.push(action.push)
          pushed.push(...action.push)
          const front = queue.length < 4 ? [] : [queue.int32At(0)]
          const expected = pushed.slice(taken.length, taken.length + 4)
          expect(front).toEqual(expected.length < 4 ? [] : [new DataView(Uint8Array.from(expected).buffer).getInt32(0)])
          taken.push(...queue.take(Math.min(action.take, queue.length)))
          expect(queue.length).toBe(pushed.length - taken.length)
        }
        taken.push(...queue.takeAll())
        expect(taken).toEqual(pushed)
      }),
      { interruptAfterTimeLimit: 3000, numRuns: 300 },
    )
  })
})
