import { UsageError, type Command } from './command.ts'
import { agent } from './commands/agent.ts'
import { auditKeygen } from './commands/audit-keygen.ts'
import { auditVerify } from './commands/audit-verify.ts'
import { demo } from './commands/demo.ts'
import { dev } from './commands/dev.ts'
import { explain } from './commands/explain.ts'
import { gateway } from './commands/gateway.ts'
import { policyCheck } from './commands/policy-check.ts'
import { policyLearn } from './commands/policy-learn.ts'
import { policyTest } from './commands/policy-test.ts'

const COMMANDS: readonly Command[] = [
  demo,
  dev,
  gateway,
  agent,
  explain,
  policyCheck,
  policyTest,
  policyLearn,
  auditVerify,
  auditKeygen,
]

/** Runs one command line; resolves to the exit code: 0 done, 1 failed, 2 called wrongly; a command may add its own. */
export async function main(args: readonly string[]): Promise<number> {
  const command = COMMANDS.find(({ words }) => words.every((word, index) => args[index] === word))
  if (command === undefined) return overview(args)
  const rest = args.slice(command.words.length)
  if (rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(command.help)
    return 0
  }
  try {
    return await command.run(rest)
  } catch (error) {
    const wrongly = error instanceof UsageError
    process.stderr.write(
      `sallyport ${command.words.join(' ')}: ${error instanceof Error ? error.message : String(error)}\n`,
    )
    if (wrongly) process.stderr.write(`See: sallyport ${command.words.join(' ')} --help\n`)
    return wrongly ? 2 : 1
  }
}

function overview(args: readonly string[]): number {
  const asked = args.length === 0 || args[0] === '--help' || args[0] === '-h' || args[0] === 'help'
  const out = asked ? process.stdout : process.stderr
  if (!asked) out.write(`sallyport: there is no command "${args.join(' ')}"\n\n`)
  const width = Math.max(...COMMANDS.map(({ words }) => words.join(' ').length))
  out.write('Usage: sallyport COMMAND [options]\n\n')
  for (const { words, summary } of COMMANDS) out.write(`  ${words.join(' ').padEnd(width)}  ${summary}\n`)
  out.write('\nsallyport COMMAND --help says more, with an example.\n')
  return asked ? 0 : 2
}
