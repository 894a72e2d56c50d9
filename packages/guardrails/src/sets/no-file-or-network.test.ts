import { EFFECTS } from '@sallyport/core'
import { describe, expect, it } from 'vitest'
import { facts, matchesAny } from '../testdata/facts.ts'
import { noFileOrNetwork } from './no-file-or-network.ts'

describe('no-file-or-network', () => {
  it('refuses files, other systems and what cannot be told, and nothing else', () => {
    const refused = EFFECTS.filter((effect) => matchesAny(noFileOrNetwork, facts({ effects: [effect] })))
    expect(refused).toEqual(['file', 'network', 'unknown'])
  })
})
