import { describe, expect, test } from 'vitest'
import { catalogOf, protectionOf, relation } from './testdata/shop.ts'

describe('a generated column', () => {
  const generated = new Map([
    ['again', ['loud']],
    ['loud', ['ssn']],
    ['twice', ['id']],
  ])
  const columns = ['id', 'ssn', 'loud', 'again', 'twice']

  test('is protected when it is computed from a protected one, or from another such', () => {
    const catalog = catalogOf([relation(1, 'ledger', columns, { generated })])
    const protection = protectionOf([{ match: '*.ledger.ssn', strategy: 'null' }], catalog)
    expect(columns.map((_, index) => protection.column(1, index + 1).type)).toEqual([
      'clear',
      'protected',
      'protected',
      'protected',
      'clear',
    ])
  })

  test('is protected in a partition when the rule is on the table', () => {
    const catalog = catalogOf([
      relation(1, 'ledger', ['id', 'ssn']),
      relation(2, 'ledger_2024', columns, { generated, parents: [1] }),
    ])
    const protection = protectionOf([{ match: 'public.ledger.ssn', strategy: 'redact' }], catalog)
    expect(protection.column(2, 3)).toMatchObject({ type: 'protected', strategy: { strategy: 'redact' } })
    expect(protection.column(2, 5).type).toBe('clear')
  })
})
