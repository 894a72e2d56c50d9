import { formatProblem, loadPolicy } from '@sallyport/config'
import { parseOptions, UsageError, type Command } from '../command.ts'
import { orProblems } from '../policy/problems.ts'

export const policyCheck: Command = {
  words: ['policy', 'check'],
  summary: 'Say what is wrong or unwise about the policy of a configuration.',
  help: `Usage: sallyport policy check FILE [--strict]

Reads the gateway's section of FILE as the gateway does, apart from its secrets, and says everything that is wrong with it as
file:line:column. Warnings are rules that never match or never decide, rule sets that nobody uses, connections that nobody may use, and
connections without guardrails.

  --strict  a warning is as bad as an error

Example:
  sallyport policy check gateway.yaml

Exit codes: 0 the policy is good, 1 it is not, 2 called wrongly.
`,
  run: async (args) => {
    const { values, positionals } = parseOptions(args, { strict: { type: 'boolean' } }, 1)
    const [file] = positionals
    if (file === undefined) throw new UsageError('FILE is missing')
    const loaded = await orProblems(() => loadPolicy(file))
    if (loaded === undefined) return 1
    for (const warning of loaded.warnings) process.stderr.write(`warning: ${formatProblem(warning)}\n`)
    const { connections, policy } = loaded.config
    const rules = Object.values(policy.sets).reduce((count, set) => count + set.length, 0)
    const warnings = loaded.warnings.length === 0 ? '' : `, ${count(loaded.warnings.length, 'warning')}`
    const bad = values.strict === true && loaded.warnings.length > 0
    process.stdout.write(
      `${file}: ${bad ? 'not good' : 'good'}; ${count(connections.length, 'connection')}, ${count(rules, 'rule')} of its own${warnings}\n`,
    )
    return bad ? 1 : 0
  },
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}
