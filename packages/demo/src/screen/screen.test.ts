import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createScreen, type Output } from './screen.ts'
import { displayWidth, fit } from './width.ts'

function shown(
  output: Partial<Output>,
  env: NodeJS.ProcessEnv,
  act: (screen: ReturnType<typeof createScreen>) => void,
): string {
  let text = ''
  act(createScreen({ ...output, write: (part) => (text += part) }, env))
  return text
}

const grid = {
  columns: ['name', 'email', 'city'],
  rows: [
    ['小林', 'ada.lovelace@example.com', '大阪市北区'],
    ['Zoë', null, 'Bern'],
  ],
}

test('colour is for terminals, and not with NO_COLOR', () => {
  const check = (screen: ReturnType<typeof createScreen>): void => screen.check('a promise', true)
  expect(shown({ isTTY: true }, {}, check)).toBe('  \u001B[32m✓\u001B[0m a promise\n')
  expect(shown({ isTTY: true }, { NO_COLOR: '1' }, check)).toBe('  ✓ a promise\n')
  expect(shown({ isTTY: true }, { TERM: 'dumb' }, check)).toBe('  ✓ a promise\n')
  expect(shown({}, {}, check)).toBe('  ✓ a promise\n')
})

test('two tables stand side by side where there is room, and one below the other where there is none', () => {
  const both = (screen: ReturnType<typeof createScreen>): void =>
    screen.sideBySide({ title: 'left', grid }, { title: 'right', grid })
  const wide = shown({ columns: 120 }, {}, both).split('\n')
  expect(wide[0]).toMatch(/^left +│ right$/)
  expect(new Set(wide.slice(0, -1).map((line) => displayWidth(line.split('│')[0] ?? ''))).size).toBe(1)
  const narrow = shown({ columns: 60 }, {}, both)
  expect(narrow).not.toContain('│')
  expect(narrow.indexOf('left')).toBeLessThan(narrow.indexOf('right'))
})

test('a table never is wider than the terminal', () => {
  const rows = [['x'.repeat(300), '語'.repeat(200)]]
  const text = shown({ columns: 100 }, {}, (screen) => screen.table({ columns: ['a', 'b'], rows }))
  for (const line of text.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(100)
})

test('any text fits exactly, and no control character of it reaches the terminal', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 40 }), (text, width) => {
      const cell = fit(text, width)
      expect(displayWidth(cell)).toBe(width)
      expect(cell).not.toMatch(/\p{Cc}/u)
    }),
    { interruptAfterTimeLimit: 2000 },
  )
})
