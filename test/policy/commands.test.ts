import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sallyport, temporaryDirectory, type TemporaryDirectory } from '../support/index.ts'

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

let directory: TemporaryDirectory
beforeAll(async () => {
  directory = await temporaryDirectory('policy')
})
afterAll(() => directory.remove())

async function fileOf(name: string, text: string): Promise<string> {
  const path = join(directory.path, name)
  await writeFile(path, text)
  return path
}

function policyFile(guardrails: string, sets = ''): string {
  return `gateway:
  listen: { postgres: 127.0.0.1:15432, tunnel: 127.0.0.1:8701 }
  identity: { tokens: [{ token: env:NOT_SET, subject: alice@example.com, groups: [dev] }] }
  agents: [{ name: local, token: env:NOT_SET_EITHER }]
  connections: [{ name: shop, engine: postgres, agent: local, access: { groups: [dev] }, guardrails: ${guardrails} }]
${sets}
  audit: { dir: ./audit, signing_key: 'file:audit.key' }
`
}

describe('sallyport policy test', () => {
  test('finds the built-in rule sets, and rules of every kind, to say what their cases say', async () => {
    const { code, stdout, stderr } = await sallyport(['policy', 'test', here('.')])
    expect({ failed: stdout.split('\n').filter((line) => line.startsWith('not ok')), stderr }).toEqual({
      failed: [],
      stderr: '',
    })
    expect(stdout).toMatch(/^\d{3} cases, 0 not as expected$/m)
    expect(code).toBe(0)
  })

  test('finds the example configuration to say what its cases say', async () => {
    expect(await sallyport(['policy', 'test', here('../../deploy/examples/dev.yaml')])).toMatchObject({ code: 0 })
  })

  test('shows what was expected and what came', async () => {
    await fileOf('differs.yaml', policyFile('[read-only]'))
    const cases = await fileOf(
      'differs.cases.yaml',
      `defaults: { as: alice@example.com, on: shop }
cases:
  - { name: wrong verdict, sql: SELECT 1, expect: deny, rules: [read-only] }
  - { name: wrong rule, sql: DROP TABLE t, expect: deny, rules: [no-ddl] }
  - { name: right, sql: DROP TABLE t, expect: deny, rules: [read-only], observed: [] }
  - { name: no such connection, on: nowhere, sql: SELECT 1, expect: deny }
`,
    )
    const { code, stdout } = await sallyport(['policy', 'test', cases])
    expect(code).toBe(1)
    expect(stdout.replaceAll(directory.path, '')).toBe(`not ok  /differs.cases.yaml:3  wrong verdict
          verdict  - deny
                   + allow
          rules    - read-only
                   + none
not ok  /differs.cases.yaml:4  wrong rule
          rules    - no-ddl
                   + read-only
          This connection does not allow a statement that changes the schema.
ok      /differs.cases.yaml:5  right
not ok  /differs.cases.yaml:6  no such connection
          there is no connection nowhere; there are shop
4 cases, 3 not as expected
`)
  })

  test('says where a file of cases is wrong', async () => {
    await fileOf('odd.yaml', policyFile('[]'))
    const cases = await fileOf('odd.cases.yaml', 'cases:\n  - { sql: SELECT 1, expect: refuse, on: shop }\n')
    const { code, stderr } = await sallyport(['policy', 'test', cases])
    expect(code).toBe(1)
    expect(stderr).toContain(`${cases}:2:22 cases[0].expect: This should be one of allow, warn, limit, approve, deny.`)
    expect(await sallyport(['policy', 'test', directory.path, '--output', 'xml'])).toMatchObject({ code: 2 })
  })
})

describe('sallyport policy check', () => {
  test('needs no secret, and says where a policy is wrong', async () => {
    const file = await fileOf('wrong.yaml', policyFile('[read-only, no-such-set]'))
    const { code, stderr } = await sallyport(['policy', 'check', file])
    expect(code).toBe(1)
    expect(stderr).toMatch(
      new RegExp(`^${file}:5:\\d+ gateway.connections\\[0\\].guardrails\\[1\\]: There is no rule set no-such-set`),
    )
    expect(await sallyport(['policy', 'check', await fileOf('right.yaml', policyFile('[read-only]'))])).toMatchObject({
      code: 0,
      stderr: '',
    })
  })

  test('warns of rules that never match or never decide, and fails for that when told to', async () => {
    const file = await fileOf(
      'unwise.yaml',
      policyFile(
        '[read-only, own]',
        `  guardrails:
    own:
      - { id: typo, deny: { kinds: [drop_table] } }
      - { id: writes, approve: { effects: [write] } }
    spare: [{ id: nothing, deny: {} }]`,
      ),
    )
    const { code, stderr } = await sallyport(['policy', 'check', file])
    expect(code).toBe(0)
    const warnings = stderr.trim().split('\n')
    expect(warnings).toEqual([
      expect.stringMatching(/^warning: .*:5:\d+ .*: On the connection shop the rule writes decides nothing/),
      expect.stringMatching(/^warning: .*:8:\d+ gateway.guardrails.own\[0\]: The rule typo never matches/),
      expect.stringMatching(/^warning: .*:10:\d+ gateway.guardrails.spare: No connection uses the rule set spare/),
    ])
    expect(await sallyport(['policy', 'check', file, '--strict'])).toMatchObject({ code: 1 })
  })
})

describe('sallyport explain', () => {
  const explain = (...args: readonly string[]): ReturnType<typeof sallyport> =>
    sallyport(['explain', '--config', here('built-in.yaml'), '--as', 'alice@example.com', ...args])

  test('says what runs and what does not by its exit code', async () => {
    expect(await explain('--on', 'read-only', 'SELECT 1')).toMatchObject({ code: 0 })
    expect(await explain('--on', 'read-only', 'DROP TABLE t')).toMatchObject({ code: 3 })
    expect(await explain('--on', 'read-only', '--groups', 'sales', 'SELECT 1')).toMatchObject({ code: 3 })
    const { code, stderr } = await explain('--on', 'nowhere', 'SELECT 1')
    expect(code).toBe(2)
    expect(stderr).toContain('there is no connection nowhere; there are read-only, ')
    expect(await explain('--on', 'read-only', '--at', 'noon', 'SELECT 1')).toMatchObject({ code: 2 })
  })

  test('gives the same as JSON', async () => {
    const { stdout } = await explain(
      '--on',
      'my-read-only',
      '-o',
      'json',
      'SELECT a /*!50000 , b */ FROM shop.t FOR UPDATE',
    )
    expect(JSON.parse(stdout)).toMatchObject({
      identity: { subject: 'alice@example.com', groups: ['dev'] },
      engine: 'mysql',
      facts: [{ kind: 'select', effects: ['read', 'write'] }],
      rules: [{ rule: 'read-only', concerned: true, findings: [{ action: 'deny' }] }],
      verdict: { action: 'deny' },
    })
  })

  test('names facts, rules, verdict and what would be allowed', async () => {
    const { stdout } = await explain('--on', 'require-where', '--at', '2026-01-12T12:00:00Z', 'DELETE FROM orders')
    expect(stdout.replace(/fingerprint {2}[0-9a-f]{16}/, 'fingerprint  F'))
      .toBe(`alice@example.com (human, groups dev) on require-where (postgres) at 2026-01-12T12:00:00.000Z
access   The connection require-where gives access to alice@example.com.

statement 1: delete
  effects      write
  relations    orders (write: all columns)
  where        absent
  fingerprint  F
  normalised   DELETE FROM orders

rules
  require-where  require-where  deny  matches

verdict  deny
  require-where: deny (statement 1): This connection does not allow a statement that has no WHERE.

what would be allowed
  Name the rows in a WHERE that does not hold for all of them.
`)
  })
})
