import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { policyOf, verdictOn } from './testdata/ask.ts'

const policy = policyOf([], ['read-only', 'no-dynamic-sql', 'no-session-escape', 'single-statement'])

describe('a read-only connection', () => {
  it.each(textsOf('refused-read-only.sql'))('refuses %s', (text) => {
    const verdict = verdictOn(policy, text)
    expect(verdict.action).toBe('deny')
    expect(verdict.findings[0]).toMatchObject({
      message: expect.stringMatching(/\S/),
      hint: expect.stringMatching(/\S/),
    })
  })

  it.each(textsOf('allowed-read-only.sql'))('lets pass %s', (text) => {
    expect(verdictOn(policy, text)).toMatchObject({ action: 'allow', findings: [] })
  })
})

function textsOf(file: string): readonly string[] {
  const text = readFileSync(new URL(`testdata/${file}`, import.meta.url), 'utf8')
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('-- '))
}
