import { expect, test } from 'vitest'
import { catalogueOf } from './catalogue.ts'

const catalogue = catalogueOf({
  version: '1',
  relations: new Map([
    ['t', ['public', 'shop']],
    ['pg_class', ['pg_catalog', 'public']],
  ]),
})

test('a relation is found in the first schema of the path that has it', () => {
  expect(catalogue.schemaOf('t', ['shop', 'public'])).toBe('shop')
  expect(catalogue.schemaOf('t', ['$user', 'public'])).toBe('public')
  expect(catalogue.schemaOf('t', ['other'])).toBeUndefined()
  expect(catalogue.schemaOf('u', ['public'])).toBeUndefined()
})

test('pg_catalog comes first unless the path names it', () => {
  expect(catalogue.schemaOf('pg_class', ['public'])).toBe('pg_catalog')
  expect(catalogue.schemaOf('pg_class', ['public', 'pg_catalog'])).toBe('public')
})
