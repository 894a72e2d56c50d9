import { parseArgs, type ParseArgsConfig } from 'node:util'

/** One word of the command line. */
export interface Command {
  /** The words that select it: `['audit', 'verify']`. */
  readonly words: readonly string[]
  /** One sentence for the list of commands. */
  readonly summary: string
  /** The whole help: usage, options, an example, exit codes. */
  readonly help: string
  readonly run: (args: readonly string[]) => Promise<number>
}

/** A mistake in how a command was called; its message says what to do instead. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Parses options strictly; an unknown one is a UsageError. */
export function parseOptions<const O extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: O,
  positionals = 0,
): ReturnType<typeof parseArgs<{ args: string[]; options: O; allowPositionals: true; strict: true }>> {
  try {
    const parsed = parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
    if (parsed.positionals.length > positionals) {
      throw new UsageError(`unexpected argument "${parsed.positionals[positionals]}"`)
    }
    return parsed
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}
