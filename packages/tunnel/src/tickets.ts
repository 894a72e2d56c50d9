import type { Attachment } from './attachment.ts'
import type { IncomingCall } from './call.ts'
import { SessionRefusedError, TunnelError } from './errors.ts'
import { GatewaySessionStream } from './gateway-session.ts'
import type { Claim } from './gateway-session.ts'
import type { Failure, SessionOpen } from './messages.ts'
import type { GatewaySession } from './session.ts'
import type { TunnelLimits } from './settings.ts'

interface Waiting {
  readonly attachment: Attachment
  readonly claim: Claim
}

/** Sessions that were asked for and have not been joined: each under an unguessable ticket that is good for one Join. */
export class Tickets {
  readonly #limits: TunnelLimits
  readonly #randomBytes: (length: number) => Uint8Array
  readonly #waiting = new Map<string, Waiting>()

  constructor(limits: TunnelLimits, randomBytes: (length: number) => Uint8Array) {
    this.#limits = limits
    this.#randomBytes = randomBytes
  }

  /** Asks the agent for a session and waits for it. @throws TunnelError, see `TunnelServer.openSession`. */
  open(attachment: Attachment, open: SessionOpen, signal: AbortSignal | undefined): Promise<GatewaySession> {
    const ticket = Buffer.from(this.#randomBytes(TICKET_BYTES)).toString('base64url')
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', aborted)
        this.#waiting.delete(ticket)
        attachment.waiting.delete(ticket)
      }
      const fail = (error: TunnelError): void => {
        settle()
        reject(error)
        const joined = attachment.joined.get(ticket)
        attachment.left(ticket)
        // The one who failed the session may be the session itself; then this does nothing.
        joined?.destroy({ code: 'aborted', message: error.code })
      }
      const aborted = (): void => fail(new TunnelError('aborted', 'the session was not wanted any more'))
      const timer = setTimeout(() => {
        const { openTimeoutMs } = this.#limits
        fail(new TunnelError('open-timeout', `no session within ${openTimeoutMs} ms`, { retryable: true }))
      }, this.#limits.openTimeoutMs)
      signal?.addEventListener('abort', aborted, { once: true })

      const claim: Claim = {
        open,
        agent: attachment.name,
        onHeard: () => attachment.heard(),
        onReady: (session) => {
          settle()
          resolve(session)
        },
        onFailed: fail,
        onClosed: () => attachment.left(ticket),
      }
      this.#waiting.set(ticket, { attachment, claim })
      attachment.waiting.set(ticket, fail)
      attachment.ask(ticket)
    })
  }

  /** Takes a Session call. `belongs` tells whether it was opened with the credentials of that attachment. */
  accept(call: IncomingCall, belongs: (attachment: Attachment) => boolean): void {
    // eslint-disable-next-line no-new -- the stream lives by its call
    new GatewaySessionStream(call, this.#limits, (ticket, session) => {
      const waiting = this.#waiting.get(ticket)
      if (waiting === undefined || !belongs(waiting.attachment)) return undefined
      // INVARIANT: a ticket is good for one Join.
      this.#waiting.delete(ticket)
      waiting.attachment.joined.set(ticket, session)
      return waiting.claim
    })
  }

  /** The agent says that it will not join; a ticket that is not its own says nothing. */
  declined(attachment: Attachment, ticket: string, failure: Failure): void {
    const waiting = this.#waiting.get(ticket)
    if (waiting?.attachment === attachment) waiting.claim.onFailed(new SessionRefusedError(failure))
  }
}

// 256 bits: nobody guesses one within its 30 seconds.
const TICKET_BYTES = 32
