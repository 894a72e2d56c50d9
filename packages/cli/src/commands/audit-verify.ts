import { readFile } from 'node:fs/promises'
import { verifyDirectory, type DirectoryVerification } from '@sallyport/audit-file'
import { parseOptions, UsageError, type Command } from '../command.ts'

export const auditVerify: Command = {
  words: ['audit', 'verify'],
  summary: 'Check that an audit log is whole: nothing edited, removed, reordered or cut off.',
  help: `Usage: sallyport audit verify DIR [--key FILE]... [--expect SEQUENCE:HASH] [-o table|json]

Reads every record of the log in DIR, checks the hash chain and the signatures of its checkpoints, and names what is wrong.

  --key FILE             a public key to trust, in PEM; may be repeated. Without it the key beside the log is used, which whoever
                         can write there could have replaced
  --expect SEQUENCE:HASH the newest record that was seen before, as printed by an earlier verify: finds a log cut behind its last
                         checkpoint
  -o, --output FORMAT    table (default) or json

Example:
  sallyport audit verify ./audit --key audit.pub

Exit codes: 0 the log is whole, 1 it is not or cannot be read, 2 called wrongly.
`,
  run: async (args) => {
    const { values, positionals } = parseOptions(
      args,
      {
        key: { type: 'string', multiple: true },
        expect: { type: 'string' },
        output: { type: 'string', short: 'o', default: 'table' },
      },
      1,
    )
    const [directory] = positionals
    if (directory === undefined) throw new UsageError('DIR is missing')
    if (values.output !== 'table' && values.output !== 'json') throw new UsageError('--output is table or json')
    const publicKeys = values.key && (await Promise.all(values.key.map((file) => readFile(file, 'utf8'))))
    const result = await verifyDirectory(directory, { publicKeys, expect: parseHead(values.expect) })
    process.stdout.write(values.output === 'json' ? `${JSON.stringify(result)}\n` : describe(directory, result))
    return result.verification.ok ? 0 : 1
  },
}

function parseHead(text: string | undefined): { readonly sequence: number; readonly hash: string } | undefined {
  if (text === undefined) return undefined
  const match = /^(\d{1,16}):([0-9a-f]{64})$/.exec(text)
  if (match === null) throw new UsageError('--expect is SEQUENCE:HASH, as an earlier verify printed it')
  return { sequence: Number(match[1]), hash: match[2] ?? '' }
}

function describe(directory: string, { verification, keysFrom, growing }: DirectoryVerification): string {
  const { summary } = verification
  const lines = verification.ok
    ? [`${directory}: whole`]
    : [
        `${directory}: NOT WHOLE`,
        ...verification.findings.map(
          ({ code, segment, line, sequence, message }) =>
            `  ${code}  ${[segment, line > 0 ? `line ${line}` : '', sequence === undefined ? '' : `record ${sequence}`].filter(Boolean).join(', ')}: ${message}`,
        ),
      ]
  lines.push(
    `  ${summary.records} records in ${summary.segments} segments, ${summary.earliest ?? '-'} to ${summary.latest ?? '-'}`,
    `  ${summary.checkpoints} signed checkpoints; signed through record ${summary.signedThrough}, ${summary.unsignedRecords} records behind it`,
    `  newest record ${summary.lastSequence ?? '-'}:${summary.lastHash ?? '-'}`,
  )
  if (growing) lines.push('  a gateway is writing to this log')
  if (keysFrom === 'directory') lines.push('  checked with the key beside the log; name your own with --key to be sure')
  return `${lines.join('\n')}\n`
}
