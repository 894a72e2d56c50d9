import { AgentError } from '../errors.ts'
import { type Lease, Password } from './source.ts'

/**
 * Credentials as a JSON object `{"user": …, "password": …}`; other keys are ignored, since the same object often holds host and port.
 * Throws AgentError `credential-malformed`, naming `origin`.
 */
export function parseCredentials(text: string, origin: string): Lease {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // The parser's own message quotes the text.
    throw new AgentError('credential-malformed', `${origin} is not JSON`)
  }
  const fields = isObject(value) ? value : {}
  const name = fields['user'] ?? fields['username']
  const password = fields['password']
  if (typeof name !== 'string' || (password !== undefined && typeof password !== 'string')) {
    throw new AgentError('credential-malformed', `${origin} has no "user" and "password" that are texts`)
  }
  return lease(name, password, origin)
}

/** A lease that needs no giving back. Throws AgentError `credential-malformed` for what no server could take. */
export function lease(user: string, password: string | undefined, origin: string): Lease {
  if (user === '' || user.includes('\0') || password?.includes('\0') === true) {
    throw new AgentError('credential-malformed', `${origin} has an empty user or a NUL byte`)
  }
  return {
    user,
    password: password === undefined ? undefined : new Password(password),
    close: async () => {},
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
