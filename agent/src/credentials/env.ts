import { AgentError } from '../errors.ts'
import { lease } from './parse.ts'
import type { CredentialSource } from './source.ts'

export interface EnvNames {
  /** Name of the variable that holds the user. */
  readonly user: string
  /** Name of the variable that holds the password; undefined where none is needed. */
  readonly password: string | undefined
}

/** Credentials from environment variables, read anew for each session. */
export function envCredentials(names: EnvNames, environment: Readonly<NodeJS.ProcessEnv>): CredentialSource {
  const read = (name: string): string => {
    const value = environment[name]
    if (value === undefined) throw new AgentError('credential-missing', `the environment variable ${name} is not set`)
    return value
  }
  return {
    lease: async () =>
      lease(read(names.user), names.password === undefined ? undefined : read(names.password), 'the environment'),
  }
}
