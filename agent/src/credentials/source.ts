/**
 * Where the credentials of one connection come from. The agent asks when a session opens, uses the answer to log in, and closes the lease
 * when the session ends.
 */
export interface CredentialSource {
  /** Throws AgentError; nothing in it tells a value. */
  readonly lease: (signal: AbortSignal) => Promise<Lease>
}

/** Credentials for one session. */
export interface Lease {
  readonly user: string
  /** Undefined where the database needs none: a certificate, peer authentication, trust. */
  readonly password: Password | undefined
  /** Gives them back: revokes what was made for this session. Does nothing the second time. Never throws. */
  readonly close: () => Promise<void>
}

/** A password that can be used once. It shows itself to nobody: not in a log, not in an error, not in JSON. */
export class Password {
  #value: string | undefined

  constructor(value: string) {
    this.#value = value
  }

  /** The text, for whoever logs in; from then on it is gone from here. Undefined the second time. */
  take(): string | undefined {
    const value = this.#value
    this.#value = undefined
    return value
  }

  toString(): string {
    return '[secret]'
  }

  toJSON(): string {
    return '[secret]'
  }
}
