import { describe, expect, it } from 'vitest'
import { loadDev } from './load.ts'
import { ENV, example, fileOf, problemsOf } from './testdata/file.ts'

describe('what is not available yet', () => {
  it.each([
    ['gateway.identity.oidc', ['tokens:', 'oidc: [{ issuer: https://idp.example.com }]\n    tokens:']],
    ['gateway.masking.standard.detect', ['columns:', 'detect: { types: all }\n      columns:']],
    ['gateway.masking.standard.predicates', ['columns:', 'predicates: equality\n      columns:']],
    ['gateway.masking.standard.columns[1].strategy', ['strategy: redact', 'strategy: tokenize']],
    ['gateway.audit.exporters', ['dir: ./audit,', 'exporters: [], dir: ./audit,']],
    ['gateway.redis', ['  audit:', '  redis: { url: x }\n  audit:']],
    ['gateway.approvals', ['  audit:', '  approvals: {}\n  audit:']],
    ['agent.connections[0].credentials.vault', ['env: { user', 'vault: { path: x }, env: { user']],
  ] as const)('is refused by its path: %s', async (path, replacement) => {
    const problems = await problemsOf(loadDev(fileOf(example(replacement)), { env: ENV }))
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(
      new RegExp(String.raw`^\d+ ${path.replaceAll(/[.[\]]/g, String.raw`\$&`)}: .* not available yet\.$`),
    )
  })

  it('does not hide what else is wrong', async () => {
    const text = example(
      ['http: 127.0.0.1:8700,', 'mcp: 127.0.0.1:1, htpp: 127.0.0.1:8700,'],
      ['masking: standard', 'masking: other'],
    )
    expect(await problemsOf(loadDev(fileOf(text), { env: ENV }))).toEqual([
      '3 gateway.listen.mcp: The MCP server is not available yet.',
      '3 gateway.listen.htpp: There is no key htpp here. Did you mean http? Known are postgres, mysql, http, tunnel.',
      '13 gateway.connections[0].masking: There is no masking set other; there are standard.',
    ])
  })
})
