import { EFFECTS } from '@sallyport/core'
import { describe, expect, it } from 'vitest'
import { facts, matchesAny } from '../testdata/facts.ts'
import { noDdl } from './no-ddl.ts'

describe('no-ddl', () => {
  it('refuses its effect and what cannot be told, and nothing else', () => {
    expect(EFFECTS.filter((effect) => matchesAny(noDdl, facts({ effects: [effect] })))).toEqual(['ddl', 'unknown'])
  })
})
