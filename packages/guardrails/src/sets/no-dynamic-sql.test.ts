import { describe, expect, it } from 'vitest'
import { call, facts, matchesAny } from '../testdata/facts.ts'
import { noDynamicSql } from './no-dynamic-sql.ts'

describe('no-dynamic-sql', () => {
  it('refuses code that the text does not show', () => {
    expect(matchesAny(noDynamicSql, facts({ kind: 'do', effects: ['procedural', 'unknown'] }))).toBe(true)
    expect(matchesAny(noDynamicSql, facts({ kind: 'call', effects: ['procedural'] }))).toBe(true)
  })

  it.each(['query_to_xml', 'query_to_xml_and_xmlschema', 'cursor_to_xml', 'ts_stat', 'dblink_exec', 'public.crosstab'])(
    'refuses SQL in the text that %s is given, even where policy vouches for the function',
    (name) => {
      expect(matchesAny(noDynamicSql, facts({ functions: [call(name, 'read')] }))).toBe(true)
    },
  )

  it('leaves plain statements alone', () => {
    expect(
      matchesAny(noDynamicSql, facts({ effects: ['read', 'write', 'ddl'], functions: [call('lower', 'read')] })),
    ).toBe(false)
  })
})
