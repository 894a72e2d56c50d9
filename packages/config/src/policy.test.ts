import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadPolicy, loadPolicyCases } from './load.ts'
import { example, fileOf, problemsOf } from './testdata/file.ts'

describe('a policy', () => {
  it('is read where no secret can be had', async () => {
    const { config } = await loadPolicy(fileOf(example()), { env: {} })
    expect(config.connections).toMatchObject([{ name: 'shop-readonly', engine: 'postgres', dialect: 'postgres' }])
    expect(config.identities[0]).toMatchObject({ subject: 'alice@example.com', groups: ['dev'], kind: 'human' })
  })

  it('takes an engine as it is written, whether or not sessions of it can be had', async () => {
    const { config } = await loadPolicy(fileOf(example(['engine: postgres', 'engine: mysql'])), { env: {} })
    expect(config.connections).toMatchObject([{ engine: 'mysql', dialect: 'mysql' }])
  })

  it('is refused for what is wrong with its rules, at their place', async () => {
    const text = example(['guardrails: [read-only', 'guardrails: [no-such-set'])
    expect(await problemsOf(loadPolicy(fileOf(text), { env: {} }))).toEqual([
      expect.stringContaining('gateway.connections[0].guardrails[0]: There is no rule set no-such-set'),
    ])
  })
})

it.each(['postgres', 'mysql'])('a connection of %s may have a rule on the cost', async (engine) => {
  const rule = 'limits:\n      - { id: expensive, deny: { cost: 1000 } }'
  const file = fileOf(example(['limits:', rule], ['engine: postgres\n      agent', `engine: ${engine}\n      agent`]))
  expect((await loadPolicy(file, { env: {} })).config.policy.sets['limits']?.[0]?.match).toEqual({ costAbove: 1000 })
})

describe('a file of fingerprints', () => {
  const rule = 'limits:\n      - { id: listed, allow: { fingerprints: file:learned.txt } }'

  it('has one at the start of each line, and the rest for people', async () => {
    const path = fileOf(example(['limits:', rule]))
    writeFileSync(join(dirname(path), 'learned.txt'), '# all\n0123456789abcdef # 3x: SELECT ?\n\n  fedcba9876543210\n')
    const { config, files } = await loadPolicy(path, { env: {} })
    expect(config.policy.sets['limits']?.[0]?.match).toEqual({ fingerprints: ['0123456789abcdef', 'fedcba9876543210'] })
    expect(files).toContain(join(dirname(path), 'learned.txt'))
  })

  it('is refused when it is not there, or holds anything else', async () => {
    const path = fileOf(example(['limits:', rule]))
    const problem = '17 gateway.guardrails.limits[0].allow.fingerprints: '
    expect(await problemsOf(loadPolicy(path, { env: {} }))).toEqual([
      `${problem}There is no file ${join(dirname(path), 'learned.txt')}.`,
    ])
    writeFileSync(join(dirname(path), 'learned.txt'), 'SELECT 1\n')
    expect(await problemsOf(loadPolicy(path, { env: {} }))).toEqual([
      `${problem}The file learned.txt has a line that begins with no fingerprint.`,
    ])
  })
})

describe('cases of a policy', () => {
  it('take from the defaults what they do not say', async () => {
    const text = `defaults: { as: alice, on: shop, at: 2026-01-12T12:00:00+01:00 }
cases:
  - { sql: SELECT 1, expect: allow }
  - { as: { user: bob, groups: [dba], kind: mcp }, on: admin, sql: SELECT 2, expect: deny, rules: [], server: 8.0.36 }
`
    const { config } = await loadPolicyCases(fileOf(text, 'x.cases.yaml'))
    const at = new Date('2026-01-12T11:00:00Z')
    expect(config.cases).toEqual([
      {
        line: 3,
        name: undefined,
        sql: 'SELECT 1',
        asking: {
          user: 'alice',
          groups: undefined,
          kind: undefined,
          connection: 'shop',
          cost: undefined,
          at,
          server: undefined,
          database: undefined,
        },
        expected: { action: 'allow', rules: undefined, observed: undefined },
      },
      {
        line: 4,
        name: undefined,
        sql: 'SELECT 2',
        asking: {
          user: 'bob',
          groups: ['dba'],
          kind: 'mcp',
          connection: 'admin',
          cost: undefined,
          at,
          server: '8.0.36',
          database: undefined,
        },
        expected: { action: 'deny', rules: [], observed: undefined },
      },
    ])
  })

  it('say who asks and where', async () => {
    expect(await problemsOf(loadPolicyCases(fileOf('cases:\n  - { sql: SELECT 1, expect: allow, on: a }\n')))).toEqual([
      '2 cases[0]: A case says who asks (as), or defaults does.',
    ])
  })

  it('have no keys that are not known', async () => {
    const text = 'cases:\n  - { as: a, on: b, sql: SELECT 1, expects: allow, expect: allow }\n'
    expect(await problemsOf(loadPolicyCases(fileOf(text)))).toEqual([
      expect.stringContaining('2 cases[0].expects: There is no key expects here. Did you mean expect?'),
    ])
  })
})
