import type { Exposure } from '@sallyport/masking'
import { DEFAULT_POSTGRES_SETTINGS, loadPostgres, type PostgresAnalyser } from '@sallyport/sql'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { factsOf } from '../facts.ts'
import { SessionMemory } from './session-memory.ts'

let analyser: PostgresAnalyser
let memory: SessionMemory

beforeAll(async () => {
  analyser = await loadPostgres()
})

beforeEach(() => {
  memory = new SessionMemory(new Map([['application_name', 'psql']]))
})

function run(text: string, exposure: Exposure): void {
  const analysis = analyser.analyse(text, DEFAULT_POSTGRES_SETTINGS)
  const count = analysis.ok ? analysis.statements.length : 1
  memory.run(
    factsOf(
      { text, analysis },
      Array.from({ length: count }, () => exposure),
      {},
    ),
  )
}

describe('SessionMemory', () => {
  test('reading leaves nothing behind', () => {
    run('select * from people', 'protected')
    expect(memory).toMatchObject({ tainted: false, doubtful: false, searchPath: 'default' })
  })

  test('code that no text shows taints the session for good', () => {
    run('do $$ begin end $$', 'unknown')
    memory.refreshed()
    expect(memory).toMatchObject({ tainted: true, doubtful: false, searchPath: 'unknown' })
  })

  test('a text that cannot be read counts as such code', () => {
    run('this is no sql', 'unknown')
    expect(memory).toMatchObject({ tainted: true, doubtful: true })
  })

  test('a setting that takes a protected value taints the session, a literal one does not', () => {
    run("select set_config('my.x', 'y', false)", 'none')
    expect(memory.tainted).toBe(false)
    run("select set_config('my.x', ssn, false) from people", 'protected')
    expect(memory.tainted).toBe(true)
  })

  test('changing objects puts them in doubt until the catalogue has been read again', () => {
    const before = memory.epoch
    run('create view v as select 1', 'none')
    expect(memory.doubtful).toBe(true)
    expect(memory.epoch).not.toBe(before)
    memory.refreshed()
    expect(memory.doubtful).toBe(false)
  })

  test('a name that once stood for something protected keeps doing so', () => {
    run('prepare s as select ssn from people', 'protected')
    run('deallocate s; prepare s as select 1', 'none')
    expect(memory.named('prepared', 's')).toBe('protected')
    expect(memory.named('cursor', 's')).toBe('unknown')
    memory.forgetNames()
    expect(memory.named('prepared', 's')).toBe('unknown')
  })

  test('knows what the client itself gave a setting', () => {
    run("set application_name = 'mine'", 'none')
    expect(memory.gave('application_name', 'psql')).toBe(true)
    expect(memory.gave('application_name', 'mine')).toBe(true)
    expect(memory.gave('application_name', '123-45-6789')).toBe(false)
  })

  test('a search path that may hide built-in functions is remembered', () => {
    run('set search_path = shop, public', 'none')
    expect(memory.searchPath).toBe('default')
    run('set search_path = public, pg_catalog', 'none')
    expect(memory.searchPath).toBe('unknown')
  })

  test('a transaction is as exposed as its worst statement', () => {
    run('select ssn from people', 'protected')
    run('select 1', 'none')
    expect(memory.transaction).toBe('protected')
    memory.settled()
    expect(memory.transaction).toBe('none')
  })
})
