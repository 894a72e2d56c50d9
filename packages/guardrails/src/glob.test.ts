import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GuardrailError } from './errors.ts'
import { namePatterns } from './glob.ts'

const possible = (pattern: string, ...parts: (string | undefined)[]): boolean =>
  namePatterns([pattern], parts.length, 'relations', 'possible')(parts)
const certain = (pattern: string, ...parts: (string | undefined)[]): boolean =>
  namePatterns([pattern], parts.length, 'relations', 'certain')(parts)

describe('a name pattern', () => {
  it('matches part by part', () => {
    expect(possible('shop.customers', 'shop', 'customers')).toBe(true)
    expect(possible('shop.customers', 'shop', 'customers2')).toBe(false)
    expect(possible('shop.customers', 'shopx', 'customers')).toBe(false)
    expect(possible('*.customers.email', 'any', 'customers', 'email')).toBe(true)
  })

  it('leaves parts on the left open', () => {
    expect(possible('customers', 'shop', 'customers')).toBe(true)
    expect(certain('customers', undefined, 'customers')).toBe(true)
  })

  it('takes a star for any characters and a question mark for one', () => {
    expect(possible('a*b?d', 'axxbcd')).toBe(true)
    expect(possible('a*b?d', 'abd')).toBe(false)
    expect(possible('*', '')).toBe(true)
    expect(possible('drop-*', 'drop-table')).toBe(true)
    expect(possible('*a*a*', 'xaxa')).toBe(true)
  })

  it('takes everything in double quotes as it stands', () => {
    expect(possible('"my.table"', 'my.table')).toBe(true)
    expect(possible('"a*"', 'ab')).toBe(false)
    expect(possible('"a""b"', 'a"b')).toBe(true)
    expect(possible('s."a b"', 's', 'a b')).toBe(true)
  })

  it('ignores letter case only where it holds back', () => {
    expect(possible('Shop', 'sHOP')).toBe(true)
    expect(certain('Shop', 'shop')).toBe(false)
    expect(possible('Σας', 'ΣΑΣ')).toBe(possible('σας', 'ΣΑΣ'))
  })

  it('takes a schema that nobody knows for a match only where it holds back', () => {
    expect(possible('secret.t', undefined, 't')).toBe(true)
    expect(certain('public.t', undefined, 't')).toBe(false)
    expect(certain('*.t', undefined, 't')).toBe(true)
  })

  it.each(['', 'a.', '.a', 'a..b', '"a', 'a b', 'a.b.c'])('is none when it means nothing: %j', (pattern) => {
    expect(() => namePatterns([pattern], 2, 'relations', 'possible')).toThrow(GuardrailError)
  })

  it('names the key of the rule when it is wrong', () => {
    expect(() => namePatterns(['a.b'], 1, 'kinds', 'possible')).toThrow(
      expect.objectContaining({ code: 'pattern', key: 'kinds' }),
    )
  })

  it('agrees with a regular expression on every name', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'A', '*', '?', '$', '^'), minLength: 1, maxLength: 8 })
    const names = fc.string({ unit: fc.constantFrom('a', 'b', 'A', '$', '^', '\n'), maxLength: 10 })
    fc.assert(
      fc.property(letters, names, (pattern, name) => {
        const source = pattern
          .replaceAll(/[$^]/g, String.raw`\$&`)
          .replaceAll('*', String.raw`[\s\S]*`)
          .replaceAll('?', String.raw`[\s\S]`)
        expect(certain(pattern, name)).toBe(new RegExp(`^${source}$`).test(name))
      }),
      { numRuns: 500 },
    )
  })

  it('takes no more steps than pattern times name', () => {
    const matches = namePatterns(['*a'.repeat(50) + 'b'], 1, 'kinds', 'possible')
    expect(matches(['a'.repeat(20_000)])).toBe(false)
  })
})
