import { expect, test } from 'vitest'
import { createScreen } from '../screen/screen.ts'
import { runTour } from './steps.ts'
import { isKept, type EngineStep, type Step, type Tour, type TourEngine } from './tour.ts'

function tourOf(
  steps: readonly Step[],
  engines: readonly TourEngine[] = [],
  engineSteps: readonly EngineStep[] = [],
): Promise<{ readonly held: boolean; readonly text: string }> {
  let text = ''
  const screen = createScreen({ write: (part) => (text += part) }, {})
  // These steps touch nothing but the screen.
  return runTour({ screen, engines } as unknown as Tour, engineSteps, steps).then((held) => ({ held, text }))
}

const databases = [
  { engine: 'postgres', name: 'PostgreSQL 18' },
  { engine: 'mysql', name: 'MariaDB 10.11.19' },
] as unknown as readonly TourEngine[]

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

test('a step is gone through for each database that has such a thing, and one that fails on either makes the tour wrong', async () => {
  const seen: string[] = []
  const note = (title: string, held: (engine: TourEngine) => boolean, only?: TourEngine['engine']): EngineStep => ({
    title,
    ...(only === undefined ? {} : { only }),
    run: (engine) => {
      seen.push(`${engine.engine} ${title}`)
      return Promise.resolve([{ promise: title, held: held(engine) }])
    },
  })
  const both = note('both', () => true)
  const one = note('one', () => true, 'mysql')
  expect((await tourOf([good], databases, [both, one])).held).toBe(true)
  expect(seen).toEqual(['postgres both', 'mysql both', 'mysql one'])
  const { held, text } = await tourOf([good], databases, [note('half', ({ engine }) => engine === 'postgres')])
  expect(held).toBe(false)
  expect(text).toContain('2. MariaDB 10.11.19: half')
})

test('a value that hides within another is not kept', () => {
  const answer = { columns: ['a'], rows: [['mail: ada@example.com!'], [null]] }
  expect(isKept(['ada@example.com'], answer)).toBe(false)
  expect(isKept(['bob@example.com', null], answer)).toBe(true)
})
