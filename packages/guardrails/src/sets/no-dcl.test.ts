import { EFFECTS } from '@sallyport/core'
import { describe, expect, it } from 'vitest'
import { facts, matchesAny } from '../testdata/facts.ts'
import { noDcl } from './no-dcl.ts'

describe('no-dcl', () => {
  it('refuses its effect and what cannot be told, and nothing else', () => {
    expect(EFFECTS.filter((effect) => matchesAny(noDcl, facts({ effects: [effect] })))).toEqual(['dcl', 'unknown'])
  })
})
