import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { compilePolicy } from '@sallyport/policy'
import { describe, expect, it } from 'vitest'
import { ConfigError } from './errors.ts'
import { loadAgent, loadDev, loadGateway } from './load.ts'
import { directory, ENV, example, fileOf, problemsOf } from './testdata/file.ts'

const problems = (...replacements: readonly (readonly [string, string])[]): Promise<readonly string[]> =>
  problemsOf(loadDev(fileOf(example(...replacements)), { env: ENV }))

describe('a configuration', () => {
  it('is complete, with every default filled in', async () => {
    const path = fileOf(example())
    const { config, warnings, files } = await loadDev(path, { env: ENV })
    expect(config.gateway).toMatchObject({
      name: 'gateway',
      listen: { postgres: { host: '127.0.0.1', port: 15432 }, tunnel: { host: '127.0.0.1', port: 8701 } },
      tls: undefined,
      agents: [{ name: 'local', certificateSubject: undefined }],
      audit: { dir: join(dirname(path), 'audit'), signingKeyFile: join(dirname(path), 'audit.key') },
      limits: { messageBytes: 67_108_864, statementBytes: 1_048_576, idleTimeoutMs: 0, loginTimeoutMs: 30_000 },
      log: { level: 'info' },
    })
    expect(config.gateway.tokens[0]?.token.reveal()).toBe('alice-token')
    expect(config.gateway.tokens[0]?.identity).toEqual({
      subject: 'alice@example.com',
      email: undefined,
      groups: ['dev'],
      method: 'token',
      kind: 'human',
    })
    expect(config.gateway.connections[0]?.masking.columns).toEqual([
      { match: '*.customers.email', strategy: 'partial', keepFirst: 0, keepLast: 2, keepDomain: true },
      { match: '*.*.ssn', strategy: 'redact' },
    ])
    expect([...(config.gateway.connections[0]?.functions ?? [])]).toEqual([
      ['public.order_total', ['read']],
      ['public.place_order', ['read', 'write']],
    ])
    expect(config.agent.connections[0]).toMatchObject({
      target: { host: '127.0.0.1', port: 5432, tls: 'verify-full', ca: undefined, own: undefined },
      credentials: { source: 'env', user: 'SHOP_USER', password: 'SHOP_PASSWORD' },
      floor: { readOnly: true, statementTimeoutMs: 300_000, masking: { columns: [] } },
    })
    expect(config.agent.gateway).toMatchObject({ addresses: ['127.0.0.1:8701'], tls: undefined })
    expect({ warnings, files }).toEqual({ warnings: [], files: [] })
  })

  it('gives a policy that works', async () => {
    const { config } = await loadGateway(fileOf(example()), { env: ENV })
    const policy = compilePolicy(config.policy)
    const identity = config.tokens[0]?.identity
    expect(identity && policy.connectionsFor(identity)).toEqual(['shop-readonly'])
    expect(config.policy.sets['limits']?.[1]).toMatchObject({
      match: { effects: ['write'], outside: [{ days: [1, 5], from: '09:00', to: '17:00', zone: 'Europe/Amsterdam' }] },
      unless: { users: ['dba@example.com'] },
    })
  })

  it('has a section for each side, and each side needs only its own', async () => {
    const [gateway = '', agent = ''] = example().split('\nagent:\n')
    const forGateway = await loadGateway(fileOf(gateway), { env: ENV })
    expect(forGateway.config.connections).toHaveLength(1)
    const forAgent = await loadAgent(fileOf(`agent:\n${agent}`), { env: ENV })
    expect(forAgent.config.name).toBe('local')
    expect((await loadAgent(fileOf(example()), { env: ENV })).config.name).toBe('local')
    expect(await problemsOf(loadAgent(fileOf(gateway), { env: ENV }))).toEqual([
      '2 agent: This is missing; it is a map of keys.',
    ])
    expect(await problemsOf(loadGateway(fileOf(''), { env: ENV }))).toEqual(['- : This should be a map of keys.'])
  })

  it('says everything that is wrong, in the order of the file, without the values of secrets', async () => {
    const found = await problems(
      ['env:ALICE_TOKEN', 'hunter2-hunter2'],
      ['access: {', 'acces: {'],
      ['strategy: partial', 'strategy: blur'],
      ['rows: 10000', 'rows: many'],
      ['statement_timeout: 5m', 'statement_timeout: 5'],
    )
    expect(found).toEqual([
      '5 gateway.identity.tokens[0].token: Secrets and keys are given by reference, file:PATH or env:NAME, never in the file itself.',
      expect.stringMatching(
        /^11 gateway\.connections\[0\]\.acces: There is no key acces here\. Did you mean access\? Known are name, engine, .*\.$/,
      ),
      '17 gateway.guardrails.limits[0].limit.rows: This should be a number.',
      '23 gateway.masking.standard.columns[0].strategy: This should be one of redact, null, partial, hash.',
      expect.stringMatching(
        /^33 agent\.connections\[0\]\.floor\.statement_timeout: A duration is a number with a unit, as in/,
      ),
    ])
    expect(found.join()).not.toContain('hunter2')
  })

  it.each([
    [
      'rules that contradict themselves',
      ['limit: { rows: 10000, bytes', 'deny: {}, limit: { rows: 10000, bytes'],
      'exactly one of',
    ],
    [
      'a rule without an action',
      ['limit: { rows: 10000, bytes: 64MiB, timeout: 30s }', 'message: Hm'],
      'this one has none',
    ],
    [
      'a limit without a limit',
      ['limit: { rows: 10000, bytes: 64MiB, timeout: 30s }', 'limit: {}'],
      'A limit rule needs',
    ],
    ['an allow rule with limits', ['limit: { rows: 10000', 'allow: { rows: 10000'], 'There is no key rows here'],
    [
      'an unknown rule set',
      ['no-session-escape, limits', 'no-sesion-escape, limits'],
      'There is no rule set no-sesion-escape',
    ],
    ['a pattern that means nothing', ['deny: { effects: [write]', 'deny: { relations: [a..b]'], 'has an empty part'],
    ['a zone that does not exist', ['Europe/Amsterdam', 'Europe/Atlantis'], 'There is no time zone'],
    ['an access for nobody', ['access: { groups: [dev] }', 'access: {}'], 'an empty map would be nobody'],
    ['an unknown agent', ['      agent: local', '      agent: remote'], 'There is no agent remote; there are local'],
    ['a variable that is not set', ['env:ALICE_TOKEN', 'env:NOBODY'], 'The environment variable NOBODY is not set'],
    ['a file that is not there', ['env:ALICE_TOKEN', 'file:nothing.token'], 'There is no file '],
    [
      'two users with one token',
      ['groups: [dev] }]', 'groups: [dev] }, { token: env:ALICE_TOKEN, subject: eve }]'],
      'the same token as that of alice',
    ],
    [
      'two agents of one name',
      ['agents: [{', 'agents: [{ name: local, token: env:AGENT_TOKEN }, {'],
      'There are two agents local',
    ],
    [
      'an agent without a proof',
      ['{ name: local, token: env:AGENT_TOKEN }', '{ name: local }'],
      'needs a token, a certificate, or both',
    ],
    [
      'a certificate that nobody verifies',
      ['{ name: local, token: env:AGENT_TOKEN }', '{ name: local, token: env:AGENT_TOKEN, certificate: local }'],
      'gateway.tunnel_tls.client_ca',
    ],
    [
      'a gateway that agent and token do not fit',
      ['8701, token: env:AGENT_TOKEN', '8701, token: env:ALICE_TOKEN'],
      'This is not the token that gateway.agents gives to local',
    ],
    [
      'an agent that the gateway does not know',
      ['  name: local\n', '  name: other\n'],
      'The gateway knows no agent other',
    ],
    [
      'a connection that the agent does not have',
      [
        '    - name: shop-readonly\n      engine: postgres\n      target',
        '    - name: shop\n      engine: postgres\n      target',
      ],
      'The agent local has no connection shop-readonly',
    ],
    ['a hash without a key', ['strategy: redact', 'strategy: hash'], 'needs a key under agent.masking.hash_key'],
    [
      'credentials from nowhere',
      ['env: { user: SHOP_USER, password: SHOP_PASSWORD }', ''],
      'exactly one of env, file, exec',
    ],
    [
      'a password in the place of a variable',
      ['password: SHOP_PASSWORD', 'password: hunter2!'],
      'the name of an environment variable',
    ],
    [
      'certificates without TLS',
      ['database: shop', 'database: shop, tls: disable, ca: env:AGENT_TOKEN'],
      'TLS is switched off',
    ],
    ['a key without its certificate', ['database: shop', 'database: shop, key: env:AGENT_TOKEN'], 'go together'],
    ['a port that does not exist', ['127.0.0.1:15432', '127.0.0.1:99999'], 'There is no port 99999'],
  ] as const)('is refused for %s', async (_what, replacement, message) => {
    expect((await problems(replacement)).join('\n').toLowerCase()).toContain(message.toLowerCase())
  })

  it('warns of a connection that nobody can use, and of one that lets everything pass', async () => {
    const path = fileOf(
      example(
        ['      access: { groups: [dev] }\n', ''],
        ['      guardrails: [read-only, no-session-escape, limits]\n', ''],
      ),
    )
    const { warnings } = await loadDev(path, { env: ENV })
    expect(warnings).toMatchObject([
      { line: 8, path: 'gateway.connections[0].name', message: expect.stringContaining('no access') },
    ])
    const open = fileOf(example(['      guardrails: [read-only, no-session-escape, limits]\n', '']))
    expect((await loadDev(open, { env: ENV })).warnings).toMatchObject([
      { message: expect.stringContaining('no guardrails') },
    ])
  })

  it.each(['0.0.0.0:15432', '[::]:15432', 'db.example.com:15432', '10.0.0.1:15432', '127.example.com:1'])(
    'needs TLS, and no fixed tokens, where others can reach %s',
    async (address) => {
      const found = await problems(['127.0.0.1:15432', JSON.stringify(address)])
      expect(found).toHaveLength(2)
      expect(found[0]).toMatch(/gateway\.listen\.postgres: .*gateway\.tls is required/)
      expect(found[1]).toMatch(/gateway\.identity\.tokens: Fixed tokens never expire, so they are for loopback only/)
    },
  )

  it.each(['localhost:15432', '[::1]:15432', '127.8.8.8:15432'])('needs no TLS on %s', async (address) => {
    const { config } = await loadDev(fileOf(example(['127.0.0.1:15432', JSON.stringify(address)])), { env: ENV })
    expect(config.gateway.tls).toBeUndefined()
  })

  it('needs TLS and a long token where other machines reach the tunnel', async () => {
    const open = ['tunnel: 127.0.0.1:8701', 'tunnel: 0.0.0.0:8701'] as const
    expect(await problems(open)).toEqual([expect.stringContaining('gateway.listen.tunnel: 0.0.0.0 can be reached')])
    const path = fileOf(
      example(open, ['  identity:', '  tunnel_tls: { cert: "file:c.pem", key: "file:k.pem" }\n  identity:']),
    )
    writeFileSync(join(dirname(path), 'c.pem'), 'CERT\n')
    writeFileSync(join(dirname(path), 'k.pem'), 'KEY\n', { mode: 0o600 })
    const { config, files } = await loadDev(path, { env: ENV })
    expect(config.gateway.tunnelTls).toMatchObject({ cert: 'CERT', clientCa: undefined })
    expect(files).toEqual([join(dirname(path), 'c.pem'), join(dirname(path), 'k.pem')])
    expect(await problemsOf(loadDev(path, { env: { ...ENV, AGENT_TOKEN: 'short' } }))).toEqual([
      expect.stringContaining('has at least 16 characters'),
    ])
  })

  it('speaks TLS to a gateway that is elsewhere, by the certificates of the system', async () => {
    const [, agent = ''] = example([
      'address: 127.0.0.1:8701',
      'address: [gw1.example.com:443, gw2.example.com:443]',
    ]).split('\nagent:\n')
    const { config } = await loadAgent(fileOf(`agent:\n${agent}`), { env: ENV })
    expect(config.gateway.addresses).toEqual(['gw1.example.com:443', 'gw2.example.com:443'])
    expect(config.gateway.tls).toEqual({ ca: undefined, own: undefined, serverName: undefined })
  })

  it('reads secrets from files beside it, without the last line end, and warns when everybody can', async () => {
    const path = fileOf(example(['env:ALICE_TOKEN', 'file:alice.token']))
    const secret = join(dirname(path), 'alice.token')
    writeFileSync(secret, 'from-a-file\n')
    chmodSync(secret, 0o644)
    const open = await loadDev(path, { env: ENV })
    expect(open.config.gateway.tokens[0]?.token.reveal()).toBe('from-a-file')
    expect(open.files).toEqual([secret])
    expect(open.warnings).toMatchObject([
      { path: 'gateway.identity.tokens[0].token', message: expect.stringContaining('chmod 600') },
    ])
    chmodSync(secret, 0o600)
    expect((await loadDev(path, { env: ENV })).warnings).toEqual([])
    writeFileSync(secret, '\n')
    expect(await problemsOf(loadDev(path, { env: ENV }))).toEqual([expect.stringContaining('is empty')])
  })

  it.each([
    [{ file: 'db.json' }, { source: 'file' }],
    [{ file: { user: 'shop', password_file: 'pw' } }, { source: 'files', user: { name: 'shop' } }],
    [
      { file: { user_file: '/run/user', password_file: '/run/pw' } },
      { source: 'files', user: { file: '/run/user' }, password: '/run/pw' },
    ],
    [
      { exec: { command: ['/bin/get', 'shop'], timeout: '3s' } },
      { source: 'exec', command: ['/bin/get', 'shop'], timeoutMs: 3000 },
    ],
  ])('takes credentials from %j', async (written, meant) => {
    const replaced = example(['{ env: { user: SHOP_USER, password: SHOP_PASSWORD } }', JSON.stringify(written)])
    const { config } = await loadAgent(fileOf(replaced), { env: ENV })
    expect(config.connections[0]?.credentials).toMatchObject(meant)
  })

  it('is refused when it cannot be read', async () => {
    const dir = directory()
    expect(await problemsOf(loadDev(join(dir, 'no.yaml')))).toEqual(['- : There is no such file.'])
    expect(await problemsOf(loadDev(dir))).toEqual([expect.stringContaining('- : ')])
    expect(await problemsOf(loadDev(fileOf('#'.repeat(1_048_577))))).toEqual([
      expect.stringContaining('more than 1048576 bytes'),
    ])
    const path = join(dir, 'bytes.yaml')
    writeFileSync(path, Buffer.from([0x61, 0x3a, 0xff]))
    expect(await problemsOf(loadDev(path))).toEqual([expect.stringContaining('not valid UTF-8')])
  })

  it('names the file, the line and the column of a problem', async () => {
    const path = fileOf(example(['rows: 10000', 'rows: 0']))
    await expect(loadDev(path, { env: ENV })).rejects.toThrow(ConfigError)
    await expect(loadDev(path, { env: ENV })).rejects.toThrow(`${path}:17:34 gateway.guardrails.limits[0].limit.rows: `)
  })

  it('is written in the README as it is here', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
    const shown = /```yaml\n([\s\S]*?)```/.exec(readme)?.[1]
    expect(example()).toContain(shown)
  })
})
