import type { PolicyAsking } from '@sallyport/config'
import type { Verdict } from '@sallyport/core'
import { parseOptions, UsageError, type Command } from '../command.ts'
import { openAdviser } from '../policy/adviser.ts'
import { describeAdvice } from '../policy/describe-advice.ts'
import { orProblems } from '../policy/problems.ts'
import { timeOf } from '../policy/time.ts'
import { readInput } from '../read-input.ts'

export const explain: Command = {
  words: ['explain'],
  summary: 'Say what the policy says to a statement, and why.',
  help: `Usage: sallyport explain --config FILE --as USER --on CONNECTION [options] SQL

Reads the text as the gateway would, asks every rule of the connection about it, and says what the verdict is, by which rules, and what
would be allowed. Nothing runs, and no database is needed. With - for SQL the text comes from standard input.

  --config FILE     the gateway's YAML file; its secrets are not read
  --as USER         the subject who asks; one with a fixed token in the file has its groups and kind
  --groups A,B      the groups of the identity instead
  --kind KIND       human, mcp or service instead
  --on CONNECTION   the name of the connection
  --at TIME         when, as in 2026-01-31T12:00:00Z; now unless given
  --cost NUMBER     what the database's planner would say to each statement, for rules on its estimate
  --server VERSION  for MySQL and MariaDB: the version as the server names it, such as 10.11.19-MariaDB
  --database NAME   for MySQL and MariaDB: the current database
  -o, --output FORMAT  text (default) or json

Example:
  sallyport explain --config gateway.yaml --as alice@example.com --groups dev --on shop-readonly "DELETE FROM orders"

Exit codes: 0 it would run, 1 the file is wrong, 2 called wrongly, 3 it would be refused, 4 it would need an approval.
`,
  run: async (args) => {
    const { values, positionals } = parseOptions(args, OPTIONS, 1)
    if (values.output !== 'text' && values.output !== 'json') throw new UsageError('--output is text or json')
    const [written] = positionals
    if (written === undefined) throw new UsageError('SQL is missing')
    const file = given(values.config, '--config FILE')
    const asking: PolicyAsking = {
      user: given(values.as, '--as USER'),
      groups: values.groups === undefined ? undefined : values.groups.split(',').filter((group) => group !== ''),
      kind: kindOf(values.kind),
      connection: given(values.on, '--on CONNECTION'),
      at: timeOf('--at', values.at),
      cost: costOf(values.cost),
      server: values.server,
      database: values.database,
    }
    const adviser = await orProblems(() => openAdviser(file))
    if (adviser === undefined) return 1
    const advice = await adviser.ask(asking, written === '-' ? await readInput() : written)
    process.stdout.write(
      values.output === 'json'
        ? `${JSON.stringify({ at: advice.at, identity: advice.identity, engine: advice.engine, ...advice.explanation, normalised: advice.normalised }, undefined, 2)}\n`
        : describeAdvice(advice),
    )
    return EXIT_CODES[advice.explanation.verdict.action]
  },
}

function given(value: string | undefined, what: string): string {
  if (value === undefined) throw new UsageError(`${what} is missing`)
  return value
}

function kindOf(text: string | undefined): PolicyAsking['kind'] {
  if (text === undefined || text === 'human' || text === 'mcp' || text === 'service') return text
  throw new UsageError('--kind is human, mcp or service')
}

function costOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const cost = Number(text)
  if (text.trim() === '' || !(cost >= 0)) throw new UsageError('--cost is a number, 0 or more')
  return cost
}

const OPTIONS = {
  config: { type: 'string' },
  as: { type: 'string' },
  groups: { type: 'string' },
  kind: { type: 'string' },
  on: { type: 'string' },
  at: { type: 'string' },
  cost: { type: 'string' },
  server: { type: 'string' },
  database: { type: 'string' },
  output: { type: 'string', short: 'o', default: 'text' },
} as const

const EXIT_CODES: Readonly<Record<Verdict['action'], number>> = { allow: 0, warn: 0, limit: 0, approve: 4, deny: 3 }
