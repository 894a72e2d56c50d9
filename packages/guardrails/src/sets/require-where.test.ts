import { describe, expect, it } from 'vitest'
import { facts, matchesAny } from '../testdata/facts.ts'
import { requireWhere } from './require-where.ts'

describe('require-where', () => {
  it('refuses an UPDATE or DELETE that means every row', () => {
    expect(matchesAny(requireWhere, facts({ kind: 'delete', where: 'absent' }))).toBe(true)
    expect(matchesAny(requireWhere, facts({ kind: 'update', where: 'always-true' }))).toBe(true)
  })

  it('leaves alone one that names its rows, and what has no WHERE to give', () => {
    expect(matchesAny(requireWhere, facts({ kind: 'delete', where: 'present' }))).toBe(false)
    expect(matchesAny(requireWhere, facts({ kind: 'select', where: 'none' }))).toBe(false)
  })

  it('refuses one that is prepared for later', () => {
    const inner = facts({ kind: 'delete', where: 'absent' })
    expect(matchesAny(requireWhere, facts({ session: { type: 'prepare', name: 'p', statement: inner } }))).toBe(true)
  })
})
