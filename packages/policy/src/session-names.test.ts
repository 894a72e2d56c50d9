import { describe, expect, it } from 'vitest'
import { SessionNames } from './session-names.ts'
import { analyse, policyOf, verdictOn } from './testdata/ask.ts'

const policy = policyOf([], ['read-only'])

describe('the names of a session', () => {
  it('stand for what was prepared under them', () => {
    const names = new SessionNames()
    expect(verdictOn(policy, 'execute p', { names }).action).toBe('deny')
    names.note(analyse('prepare p as select 1'))
    expect(verdictOn(policy, 'execute p', { names }).action).toBe('allow')
    expect(verdictOn(policy, 'execute q', { names }).action).toBe('deny')
  })

  it('stand for everything that may have been prepared under them', () => {
    const names = new SessionNames()
    names.note(analyse('prepare p as select 1'))
    names.note(analyse('deallocate p'))
    names.note(analyse('prepare p as delete from t'))
    names.note(analyse('prepare p as select 1'))
    expect(verdictOn(policy, 'execute p', { names }).findings[0]?.rule).toBe('read-only')
  })

  it('are shared by SQL and the protocol', () => {
    const names = new SessionNames()
    names.notePrepared('p', analyse('select 1'))
    expect(verdictOn(policy, 'execute p', { names }).action).toBe('allow')
    names.notePrepared('p', analyse('delete from t'))
    expect(verdictOn(policy, 'execute p', { names }).action).toBe('deny')
    names.notePortal('c', analyse('select 1'))
    expect(verdictOn(policy, 'fetch all from c', { names }).action).toBe('allow')
  })

  it('keep cursors apart from prepared statements', () => {
    const names = new SessionNames()
    names.note(analyse('declare c cursor for select * from t'))
    expect(verdictOn(policy, 'fetch 10 from c', { names }).action).toBe('allow')
    expect(verdictOn(policy, 'execute c', { names }).action).toBe('deny')
  })

  it('stand for nothing known once what is prepared cannot be told', () => {
    const names = new SessionNames()
    names.notePrepared('p', analyse('select 1; select 2'))
    names.notePrepared('p', analyse('select 1'))
    expect(names.prepared('p')).toEqual([])
  })

  it('are bounded, and unknown beyond the bound', () => {
    const names = new SessionNames({ names: 2, statementsPerName: 2 })
    for (const name of ['a', 'b', 'c']) names.notePrepared(name, analyse('select 1'))
    expect([names.prepared('b').length, names.prepared('c').length]).toEqual([1, 0])
    names.notePrepared('a', analyse('select 2'))
    expect(names.prepared('a')).toHaveLength(2)
    names.notePrepared('a', analyse('select 3'))
    expect(names.prepared('a')).toEqual([])
  })
})
