import { loadPolicyCases } from '@sallyport/config'
import { parseOptions, UsageError, type Command } from '../command.ts'
import { openAdviser } from '../policy/adviser.ts'
import { describeCase } from '../policy/describe-cases.ts'
import { findCases, policyBeside } from '../policy/find-cases.ts'
import { orProblems } from '../policy/problems.ts'
import { runCase, type CaseResult } from '../policy/run-case.ts'

export const policyTest: Command = {
  words: ['policy', 'test'],
  summary: 'Hold a policy to its cases: who, where, what, and the verdict that must come.',
  help: `Usage: sallyport policy test [FILE|DIR] [-o text|json]

Runs the cases of FILE (NAME.cases.yaml, or the policy NAME.yaml that they stand beside), or all below DIR; the current directory unless
given. No database and no secret is needed.

  # gateway.cases.yaml
  policy: gateway.yaml                 # the default
  defaults: { as: { user: alice@example.com, groups: [dev] }, on: shop-readonly }
  cases:
    - name: reads pass
      sql: SELECT id FROM orders WHERE id = 1
      expect: allow
    - name: nobody deletes
      sql: DELETE FROM orders
      expect: deny
      rules: [read-only]               # exactly the rules that decide; may be left out
      at: 2026-01-31T12:00:00Z         # so may this, and observed: [rules that only observe]

  -o, --output FORMAT  text (default) or json

Example:
  sallyport policy test deploy/examples

Exit codes: 0 every case is as expected, 1 one is not or a file is wrong, 2 called wrongly.
`,
  run: async (args) => {
    const { values, positionals } = parseOptions(args, { output: { type: 'string', short: 'o', default: 'text' } }, 1)
    if (values.output !== 'text' && values.output !== 'json') throw new UsageError('--output is text or json')
    const files: { readonly file: string; readonly results: readonly CaseResult[] | undefined }[] = []
    for (const file of await findCases(positionals[0] ?? '.')) {
      const results = await orProblems(() => runFile(file))
      files.push({ file, results })
      if (values.output === 'text') for (const result of results ?? []) process.stdout.write(describeCase(file, result))
    }
    const results = files.flatMap(({ results = [] }) => results)
    const failed = results.filter(({ ok }) => !ok).length
    const unread = files.filter(({ results }) => results === undefined).length
    const summary = `${results.length} cases, ${failed} not as expected${unread === 0 ? '' : `, ${unread} files wrong`}\n`
    process.stdout.write(values.output === 'json' ? `${JSON.stringify(files, undefined, 2)}\n` : summary)
    return failed + unread === 0 ? 0 : 1
  },
}

async function runFile(file: string): Promise<readonly CaseResult[]> {
  const { config } = await loadPolicyCases(file)
  const adviser = await openAdviser(policyBeside(file, config.policy))
  const results: CaseResult[] = []
  for (const one of config.cases) results.push(await runCase(adviser, one))
  return results
}
