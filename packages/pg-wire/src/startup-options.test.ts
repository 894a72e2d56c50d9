import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseOptions } from './startup-options.ts'

describe('options', () => {
  it.each([
    ['', []],
    ['  \t\n', []],
    ['-c geqo=off', [{ name: 'geqo', value: 'off' }]],
    ['-cgeqo=off', [{ name: 'geqo', value: 'off' }]],
    ['--geqo=off', [{ name: 'geqo', value: 'off' }]],
    ['--statement-timeout=5s', [{ name: 'statement_timeout', value: '5s' }]],
    [
      '-c search_path=a,b -c geqo=on',
      [
        { name: 'search_path', value: 'a,b' },
        { name: 'geqo', value: 'on' },
      ],
    ],
    ['-c search_path=a,\\ b', [{ name: 'search_path', value: 'a, b' }]],
    ['-c search_path=a\\\\b', [{ name: 'search_path', value: 'a\\b' }]],
    ['-c application_name=a=b', [{ name: 'application_name', value: 'a=b' }]],
    ['-c application_name=', [{ name: 'application_name', value: '' }]],
  ])('%j gives the settings that the server would set', (text, settings) => {
    expect(parseOptions(text)).toEqual(settings)
  })

  it.each(['-c', '-c geqo', '--geqo', '-e', '-B 10', '-d5', 'geqo=off', '--', '-', '-c =x', '-ec geqo=off', '-c -c'])(
    '%j is refused',
    (text) => {
      expect(parseOptions(text)).toBeUndefined()
    },
  )

  it('whatever is escaped comes back whole', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z_]{1,8}$/u), fc.string(), (name, value) => {
        const escaped = value.replaceAll(/[\s\\]/gu, (character) => `\\${character}`)
        expect(parseOptions(`-c ${name}=${escaped}`)).toEqual([{ name, value }])
      }),
      { numRuns: 300 },
    )
  })
})
