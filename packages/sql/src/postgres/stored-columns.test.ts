import { beforeAll, describe, expect, test } from 'vitest'
import { loadPostgres, type PostgresAnalyser } from './analyser.ts'

let analyser: PostgresAnalyser

beforeAll(async () => {
  analyser = await loadPostgres()
})

describe('the columns that a statement stores from', () => {
  test.each<[string, readonly string[] | 'all']>([
    ["update people set phone = 'x' where email = 'a' returning *", []],
    ['update people set name = ssn where id = 1', ['ssn']],
    ['update people set name = people.ssn', ['ssn']],
    ['update people p set meta = to_jsonb(p)', 'all'],
    ['update people set name = (people).ssn', 'all'],
    ['update p set name = t.x from (select ssn x from people) t', ['ssn', 'x']],
    ['update p set name = (select b from people as q(a, b))', 'all'],
    ["insert into people (id, ssn) values (1, 'x') returning *", []],
    ['insert into sink select ssn from people', ['ssn']],
    ['insert into sink table people', 'all'],
    ['insert into o (x) values (1) on conflict (x) do update set x = o.y', ['y']],
    ['with d as (delete from people returning ssn) insert into sink select * from d', 'all'],
    ['merge into o using people p on p.id = o.id when matched then update set total = p.salary', ['salary']],
    ['create table t as select ssn from people', ['ssn']],
    ['create table t as execute s', 'all'],
    ['select ssn into t from people', ['ssn']],
    ['prepare s as insert into sink select ssn from people', ['ssn']],
    ['explain analyze insert into sink select ssn from people', ['ssn']],
    ['delete from people where ssn = $1', []],
  ])('%s', (text, expected) => {
    const [stored] = analyser.storedColumns(text) ?? []
    expect(stored === 'all' || stored === undefined ? stored : [...stored].sort()).toEqual(expected)
  })
})
