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
    const step = fc.oneof(
      fc.record({ push: fc.uint8Array({ maxLength: 20 }) }),
      fc.record({ push: fc.uint8Array({ minLength: 2100, maxLength: 2200 }) }),
      fc.record({ take: fc.nat({ max: 5000 }) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const queue = new ChunkQueue()
        let model: number[] = []
        for (const action of steps) {
          if ('push' in action) {
            queue.push(action.push)
            model.push(...action.push)
          } else {
            const count = Math.min(action.take, model.length)
            if (model.length >= 4) {
              expect(queue.int32At(0)).toBe(new DataView(Uint8Array.from(model.slice(0, 4)).buffer).getInt32(0))
            }
            expect([...queue.take(count)]).toEqual(model.slice(0, count))
            model = model.slice(count)
          }
          expect(queue.length).toBe(model.length)
        }
        expect([...queue.takeAll()]).toEqual(model)
      }),
      { interruptAfterTimeLimit: 3000, numRuns: 300 },
    )
  })
})
