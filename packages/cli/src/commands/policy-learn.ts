import { verifyDirectory } from '@sallyport/audit-file'
import { readFile } from 'node:fs/promises'
import { parseOptions, UsageError, type Command } from '../command.ts'
import { learn, type Learned, type Lesson } from '../policy/learn.ts'
import { timeOf } from '../policy/time.ts'

export const policyLearn: Command = {
  words: ['policy', 'learn'],
  summary: 'List the statements that ran on a connection, for an allow list of fingerprints.',
  help: `Usage: sallyport policy learn DIR --on CONNECTION [options]

Reads the audit log in DIR, which must be whole, and lists the fingerprint of each statement that was let pass on the connection and ran, with what it
looks like. Review the list, keep it beside the configuration, and name it in a rule:

  guardrails:
    learned:
      - { id: learned, allow: { fingerprints: file:learned.txt }, observe: true }

While the rule observes, the log says of each statement whether the list would have refused it; without observe, the list holds.

  --on CONNECTION    the connection to learn from
  --since TIME       only what came at or after it, as in 2026-01-31T00:00:00Z
  --until TIME       only what came before it
  --min NUMBER       only what ran at least so often; default 1
  --key FILE         a public key to trust, in PEM; may be repeated. Without it the key beside the log is used
  -o, --output FORMAT  text (default): a file for fingerprints, or json

Example:
  sallyport policy learn ./audit --on shop-app --since 2026-01-01T00:00:00Z --key audit.pub > learned.txt

Exit codes: 0 listed, 1 the log is not whole or cannot be read, 2 called wrongly.
`,
  run: async (args) => {
    const { values, positionals } = parseOptions(args, OPTIONS, 1)
    const [directory] = positionals
    if (directory === undefined) throw new UsageError('DIR is missing')
    if (values.on === undefined) throw new UsageError('--on CONNECTION is missing')
    if (values.output !== 'text' && values.output !== 'json') throw new UsageError('--output is text or json')
    const least = Number(values.min)
    if (!Number.isSafeInteger(least) || least < 1) throw new UsageError('--min is a whole number, 1 or more')
    const from = {
      connection: values.on,
      since: timeOf('--since', values.since),
      until: timeOf('--until', values.until),
    }
    const publicKeys = values.key && (await Promise.all(values.key.map((file) => readFile(file, 'utf8'))))
    const { verification } = await verifyDirectory(directory, { publicKeys })
    if (!verification.ok) {
      process.stderr.write(`${directory}: not whole, so nothing is learned from it; sallyport audit verify says more\n`)
      return 1
    }
    const lesson = await learn(directory, from)
    const learned = lesson.learned.filter(({ times }) => times >= least)
    process.stdout.write(
      values.output === 'json'
        ? `${JSON.stringify({ ...lesson, learned }, undefined, 2)}\n`
        : asFile(values.on, { ...lesson, learned }, verification.summary.lastSequence),
    )
    return 0
  },
}

/** A file for the key `fingerprints`: one on a line, the rest for whoever reviews it. */
function asFile(connection: string, { learned, unknown }: Lesson, last: number | undefined): string {
  const lines = [
    `# What ran on ${connection}, learned from an audit log up to record ${last ?? 0}: ${learned.length} statements. Review before use.`,
    ...(unknown === 0 ? [] : [`# Left out: ${unknown} runs whose effects cannot be told; no list lets those pass.`]),
    ...learned.map(lineOf),
  ]
  return `${lines.join('\n')}\n`
}

function lineOf({ fingerprint, times, users, effects, example }: Learned): string {
  const shown = example.length <= MAX_EXAMPLE ? example : `${example.slice(0, MAX_EXAMPLE - 1)}…`
  return `${fingerprint} # ${times}x by ${users.length} (${effects.join(', ')}): ${printable(shown)}`
}

/** A text that came from a client must not lay out the file or the terminal of whoever reviews it. */
function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '?')
}

const OPTIONS = {
  on: { type: 'string' },
  since: { type: 'string' },
  until: { type: 'string' },
  min: { type: 'string', default: '1' },
  key: { type: 'string', multiple: true },
  output: { type: 'string', short: 'o', default: 'text' },
} as const
const MAX_EXAMPLE = 300
