import { createHash, timingSafeEqual } from 'node:crypto'

/** What an agent shows when it attaches. Never log it. */
export interface AgentCredentials {
  /** The bearer token; undefined when it sent none. */
  readonly token: string | undefined
  /** Common name of the client certificate; undefined unless the TLS layer has verified one. */
  readonly certificateSubject: string | undefined
  /** SHA-256 of the client certificate, in hex; undefined likewise. */
  readonly certificateFingerprint: string | undefined
}

/** Answers the name of the agent that the credentials prove, or undefined for a refusal. A throw is a refusal, too. */
export type Authenticate = (credentials: AgentCredentials) => string | undefined | Promise<string | undefined>

/** An agent that may attach: by its token, by its certificate's common name, or, with both named, by both together. */
export interface KnownAgent {
  readonly name: string
  readonly token?: string
  readonly certificateSubject?: string
}

/** The authenticator for a fixed list of agents. It compares with every entry, and in a time that tells nothing. */
export function authenticateKnown(agents: readonly KnownAgent[]): Authenticate {
  const known = agents.map(({ name, token, certificateSubject }) => ({
    name,
    token: token === undefined ? undefined : digest(token),
    subject: certificateSubject === undefined ? undefined : digest(certificateSubject),
  }))
  return (shown) => {
    const token = digest(shown.token ?? '')
    const subject = digest(shown.certificateSubject ?? '')
    let name: string | undefined
    for (const agent of known) {
      // An agent that names neither can never attach.
      let matches = agent.token !== undefined || agent.subject !== undefined
      if (agent.token !== undefined)
        matches = timingSafeEqual(agent.token, token) && shown.token !== undefined && matches
      if (agent.subject !== undefined) {
        matches = timingSafeEqual(agent.subject, subject) && shown.certificateSubject !== undefined && matches
      }
      if (matches) name ??= agent.name
    }
    return name
  }
}

/** SHA-256: brings secrets to one length, so that comparing them takes one time. */
export function digest(secret: string): Uint8Array {
  return createHash('sha256').update(secret, 'utf8').digest()
}
