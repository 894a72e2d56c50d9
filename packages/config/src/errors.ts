/**
 * Why a configuration cannot be used. `unreadable`: the file is missing, too large or not UTF-8. `syntax`: it is not YAML as it is accepted here.
 * `invalid`: it says something that cannot be meant. `unavailable`: it asks only for what this version does not have yet.
 */
export type ConfigErrorCode = 'unreadable' | 'syntax' | 'invalid' | 'unavailable'

/** One thing about a configuration file, and where it stands. */
export interface Problem {
  /** The path of the file, as it was given. */
  readonly file: string
  /** From 1; undefined when it is about the file as a whole. */
  readonly line: number | undefined
  readonly column: number | undefined
  /** Keys and places, as in `gateway.connections[0].access`; '' for the file as a whole. */
  readonly path: string
  /** One sentence for the operator; never a value of a secret. */
  readonly message: string
}

/** A configuration that cannot be used, with everything that is wrong with it. */
export class ConfigError extends Error {
  readonly code: ConfigErrorCode
  readonly problems: readonly Problem[]

  constructor(code: ConfigErrorCode, problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'))
    this.name = 'ConfigError'
    this.code = code
    this.problems = problems
  }
}

/** `file:line:column path: sentence`, as editors and compilers write it. */
export function formatProblem({ file, line, column, path, message }: Problem): string {
  const place = line === undefined ? file : `${file}:${line}:${column ?? 1}`
  return path === '' ? `${place}: ${message}` : `${place} ${path}: ${message}`
}
