import { expect, test } from 'vitest'
import { createScreen } from '../screen/screen.ts'
import { runTour } from './steps.ts'
import { isKept, type Step, type Tour } from './tour.ts'

function tourOf(steps: readonly Step[]): Promise<{ readonly held: boolean; readonly text: string }> {
  let text = ''
  const screen = createScreen({ write: (part) => (text += part) }, {})
  // These steps touch nothing but the screen.
  return runTour({ screen } as Tour, steps).then((held) => ({ held, text }))
}

const good: Step = { title: 'good', run: () => Promise.resolve([{ promise: 'holds', held: true }]) }
const bad: Step = { title: 'bad', run: () => Promise.resolve([{ promise: 'breaks', held: false }]) }
const broken: Step = { title: 'broken', run: () => Promise.reject(new Error('no connection')) }

test('a tour is right only if every promise of every step held', async () => {
  expect((await tourOf([good, good])).held).toBe(true)
  expect((await tourOf([bad, good])).held).toBe(false)
})

test('a step that fails is a broken promise, and the steps behind it still run', async () => {
  const { held, text } = await tourOf([broken, good])
  expect(held).toBe(false)
  expect(text).toContain('✗ this step runs to its end: no connection')
  expect(text).toContain('✓ holds')
})

test('a value that hides within another is not kept', () => {
  const answer = { columns: ['a'], rows: [['mail: ada@example.com!'], [null]] }
  expect(isKept(['ada@example.com'], answer)).toBe(false)
  expect(isKept(['bob@example.com', null], answer)).toBe(true)
})
