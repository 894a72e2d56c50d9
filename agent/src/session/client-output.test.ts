import { setTimeout as delay } from 'node:timers/promises'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ClientOutput } from './client-output.ts'

/** What reaches the tunnel: pieces of data, and `control`. */
function recorded() {
  const sent: (Uint8Array | 'control')[] = []
  const output = new ClientOutput({
    send: (bytes) => {
      sent.push(bytes.slice())
      return true
    },
    control: () => {
      sent.push('control')
      return true
    },
  })
  return { sent, output }
}

const bytesOf = (sent: readonly (Uint8Array | 'control')[]): number[] =>
  sent.flatMap((one) => (one === 'control' ? [-1] : [...one]))

const count = (sent: readonly (Uint8Array | 'control')[]): number =>
  sent.reduce((sum, one) => sum + (one === 'control' ? 0 : one.length), 0)

test('everything that was written is sent, in its order, whatever is held on the way', () => {
  const step = fc.record({
    what: fc.constantFrom('message', 'run', 'masked', 'control', 'rest'),
    size: fc.oneof(fc.nat({ max: 200 }), fc.integer({ min: 4000, max: 70_000 })),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      const { sent, output } = recorded()
      const written: number[] = []
      for (const [index, { what, size }] of steps.entries()) {
        const bytes = new Uint8Array(size).fill(index)
        if (what === 'control') output.control({ type: 'report', redactions: [] })
        else if (what === 'rest') output.rest()
        else if (what === 'masked') {
          output.buffer.copy(bytes, 0, size)
          output.spill()
        } else output[what](bytes)
        if (what === 'control') written.push(-1)
        else if (what !== 'rest') written.push(...bytes)
      }
      output.flush()
      expect(bytesOf(sent)).toEqual(written)
    }),
    { interruptAfterTimeLimit: 2000 },
  )
})

test('rows of a small result, and what ends a large one, are sent when nothing more is there', () => {
  const { sent, output } = recorded()
  output.run(new Uint8Array(8000))
  output.rest()
  expect(sent).toHaveLength(1)
  for (let row = 0; row < 40; row += 1) output.run(new Uint8Array(8000))
  output.message(new Uint8Array(13))
  output.rest()
  expect(count(sent)).toBe(41 * 8000 + 13)
})

test.each(['run', 'masked'] as const)(
  'rows of a large result go out by 64 KiB, the last of them after a moment (%s)',
  async (kind) => {
    const { sent, output } = recorded()
    for (let row = 0; row < 100; row += 1) {
      if (kind === 'run') output.run(new Uint8Array(8000))
      else {
        output.buffer.copy(new Uint8Array(8000), 0, 8000)
        output.spill()
      }
      output.rest()
    }
    expect(count(sent)).toBeLessThan(100 * 8000)
    const deadline = performance.now() + 5000
    while (count(sent) < 100 * 8000 && performance.now() < deadline) await delay(1)
    expect(count(sent)).toBe(100 * 8000)
  },
)
