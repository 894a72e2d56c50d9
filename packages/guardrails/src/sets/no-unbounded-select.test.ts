import { describe, expect, it } from 'vitest'
import { facts, matchesAny, relation } from '../testdata/facts.ts'
import { noUnboundedSelect } from './no-unbounded-select.ts'

describe('no-unbounded-select', () => {
  it('asks a query of relations for at most 10,000 rows', () => {
    const query = facts({ relations: [relation('orders')] })
    expect(matchesAny(noUnboundedSelect, { ...query, limit: 'absent' })).toBe(true)
    expect(matchesAny(noUnboundedSelect, { ...query, limit: 10_001 })).toBe(true)
    expect(matchesAny(noUnboundedSelect, { ...query, limit: 10_000 })).toBe(false)
  })
})
