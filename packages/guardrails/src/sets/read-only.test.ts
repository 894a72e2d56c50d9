import { EFFECTS } from '@sallyport/core'
import { describe, expect, it } from 'vitest'
import { facts, matchesAny } from '../testdata/facts.ts'
import { readOnly } from './read-only.ts'

describe('read-only', () => {
  it('lets statements read, and change the session and its transaction, and nothing else', () => {
    const allowed = EFFECTS.filter((effect) => !matchesAny(readOnly, facts({ effects: [effect] })))
    expect(allowed).toEqual(['read', 'session', 'transaction'])
  })

  it.each(['write', 'ddl', 'file', 'unknown'] as const)('refuses a read with the effect %s', (effect) => {
    expect(matchesAny(readOnly, facts({ effects: ['read', effect] }))).toBe(true)
  })
})
