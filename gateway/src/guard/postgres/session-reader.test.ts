import type { GatewayConnection } from '@sallyport/config'
import type { Analysis } from '@sallyport/core'
import { UNTOLD_USER_CODE, type UserCodeLists } from '@sallyport/tunnel'
import { afterAll, describe, expect, test } from 'vitest'
import { createInspector } from './inspector.ts'
import { SessionReader } from './session-reader.ts'

const inspector = await createInspector(1024 * 1024)
const connection = { functions: new Map() } as unknown as GatewayConnection
const lists = (...functions: string[]): UserCodeLists => ({ ...UNTOLD_USER_CODE, complete: true, functions })

afterAll(() => inspector.close())

describe('what a session reads its texts by', () => {
  const open = (told: UserCodeLists): { reader: SessionReader; changes: () => number } => {
    let changes = 0
    const reader = new SessionReader(
      inspector,
      () => connection,
      told,
      () => (changes += 1),
    )
    return { reader, changes: () => changes }
  }
  const effects = async (analysis: Analysis | Promise<Analysis>): Promise<string> => {
    const settled = await analysis
    return settled.ok ? [...new Set(settled.statements.flatMap((each) => [...each.effects]))].sort().join(' ') : ''
  }
  const CREATE = 'CREATE FUNCTION lower(varchar) RETURNS text LANGUAGE sql AS $$$$'
  const LOWER = "SELECT lower('a')"

  test('an agent that says nothing is one that cannot tell', async () => {
    const { reader } = open(UNTOLD_USER_CODE)
    expect(await effects(reader.inspect(LOWER))).toBe('read unknown')
    expect(await effects(reader.inspect("SELECT pg_catalog.lower('a')"))).toBe('read')
  })

  test('what the agent says later counts from then on, for what was inspected before, too', async () => {
    const { reader, changes } = open(lists())
    const before = await reader.inspect(LOWER)
    expect(reader.again(LOWER, before)).toBe(before)
    reader.told(lists())
    expect(changes()).toBe(0)
    reader.told(lists('lower'))
    expect(changes()).toBe(1)
    expect(await effects(reader.again(LOWER, before))).toBe('read unknown')
    reader.told(lists())
    expect(await effects(reader.again(LOWER, before))).toBe('read')
  })

  test('what the session defines counts when it was sent, and the agent does not take it away', async () => {
    const { reader } = open(lists())
    const analysis = await reader.inspect(CREATE)
    expect(await effects(reader.inspect(LOWER))).toBe('read')
    reader.forwarded(CREATE, analysis)
    expect(await effects(reader.inspect(LOWER))).toBe('read unknown')
    reader.told(lists('upper'))
    expect(await effects(reader.inspect(LOWER))).toBe('read unknown')
    expect(await effects(reader.inspect("SELECT upper('a')"))).toBe('read unknown')
  })

  test('a text that defines something and uses it is read as if it were there', async () => {
    const { reader } = open(lists())
    expect(await effects(reader.inspect(`${CREATE}; ${LOWER}`))).toBe('ddl read unknown')
    expect(await effects(reader.inspect('CREATE TABLE t (a int); SELECT 1'))).toBe('ddl read')
  })

  test('a parameter that is declared of a type of users runs what makes its values', async () => {
    const types = [{ name: 'watched', functions: ['public.touch'] }]
    const { reader } = open({ ...lists(), types })
    expect(await effects(reader.inspect('SELECT $1', [23, 0]))).toBe('read')
    expect(await effects(reader.inspect('SELECT $1', [23, 16_384]))).toBe('read unknown')
    expect(await effects(open(lists()).reader.inspect('SELECT $1', [16_384]))).toBe('read')
    const vouching = { functions: new Map([['public.touch', ['read']]]) } as unknown as GatewayConnection
    const vouched = new SessionReader(
      inspector,
      () => vouching,
      { ...lists(), types },
      () => undefined,
    )
    expect(await effects(vouched.inspect('SELECT $1', [16_384]))).toBe('read')
  })

  test('long texts are read by the same', async () => {
    const { reader } = open(lists('lower'))
    const long = `SELECT lower('${'a'.repeat(20_000)}')`
    expect(await effects(reader.inspect(long))).toBe('read unknown')
    expect(await effects(open(lists()).reader.inspect(long))).toBe('read')
  })
})
