import { expect, test } from 'vitest'
import { parseSearchPath } from './search-path.ts'

test.each<[string, readonly string[] | undefined]>([
  ['', []],
  ['  ', []],
  ['public', ['public']],
  ['"$user", public', ['$user', 'public']],
  ['$user,Public , "Mixed Case"', ['$user', 'public', 'Mixed Case']],
  ['"a, ""b"""', ['a, "b"']],
  ['""', ['']],
  ['a,', undefined],
  [',a', undefined],
  ['a b', undefined],
  ['"a', undefined],
  ['a"b"', undefined],
])('%j is %j', (value, expected) => {
  expect(parseSearchPath(value)).toEqual(expected)
})
