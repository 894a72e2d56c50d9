import { pino } from 'pino'
import { expect, it } from 'vitest'
import { logLines } from './log-lines.ts'

it('a line is one line of visible characters, and says what was said', () => {
  const lines: string[] = []
  const logger = pino({ base: null, timestamp: false }, logLines({ write: (line) => void lines.push(line) }))
  const text = 'a\n\u001b[31m\u009b31m\u2028b\u2029\u202ec\u2066\u007f\u200f'
  logger.info({ user: text }, `hello ${text}`)
  expect(lines).toHaveLength(1)
  const [line = ''] = lines
  expect(line.slice(0, -1)).toMatch(/^[\u0020-\u007e]*$/)
  expect(JSON.parse(line)).toEqual({ level: 30, user: text, msg: `hello ${text}` })
})

it('letters of any script stay as they are', () => {
  const lines: string[] = []
  const logger = pino({ base: null, timestamp: false }, logLines({ write: (line) => void lines.push(line) }))
  logger.info('Zoë, Ξένη, 花子, دنيا, 😀')
  expect(lines).toEqual(['{"level":30,"msg":"Zoë, Ξένη, 花子, دنيا, 😀"}\n'])
})
