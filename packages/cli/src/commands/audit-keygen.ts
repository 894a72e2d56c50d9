import { createSigningKey } from '@sallyport/audit-file'
import { parseOptions, UsageError, type Command } from '../command.ts'

export const auditKeygen: Command = {
  words: ['audit', 'keygen'],
  summary: 'Make the key that signs an audit log.',
  help: `Usage: sallyport audit keygen FILE

Writes a new Ed25519 key to FILE, which only its owner may read, and prints the public key. An existing file is left alone.

Example:
  sallyport audit keygen audit.key > audit.pub

Exit codes: 0 written, 1 not, 2 called wrongly.
`,
  run: (args) => {
    const [file] = parseOptions(args, {}, 1).positionals
    if (file === undefined) throw new UsageError('FILE is missing')
    process.stdout.write(createSigningKey(file).publicKeyPem)
    return Promise.resolve(0)
  },
}
