import type { Estimate } from '@sallyport/core'
import type { AgentControl, BoundParameter, GatewayControl } from '@sallyport/tunnel'

export interface EstimatorPort {
  /** Sends a control message behind the bytes sent so far. */
  readonly send: (message: GatewayControl) => void
  /** Ends what the database plans, unless it does something else by now. */
  readonly cancel: () => void
  /** How long the planner may take over one statement. */
  readonly timeoutMs: number
}

/** What is to be planned and not run. */
export interface Planned {
  readonly text: string
  readonly parameters: readonly BoundParameter[]
  /** What waits for the answer is part of an extended query. */
  readonly extended: boolean
}

/** Asks the planner of a session's database, through the agent. One question at a time: what follows a question waits for its answer. */
export class Estimator {
  readonly #port: EstimatorPort
  #last = 0
  #settle: ((estimate: Estimate) => void) | undefined

  constructor(port: EstimatorPort) {
    this.#port = port
  }

  /** Never rejects: without an answer there is a failure, for the user to read. */
  ask(planned: Planned): Promise<Estimate> {
    const { cancel, send, timeoutMs } = this.#port
    const id = ++this.#last
    return new Promise<Estimate>((resolve) => {
      const timer = setTimeout(() => {
        // Planning can wait for locks, and MySQL runs parts of a statement while it plans.
        cancel()
        this.#answer(LATE)
      }, timeoutMs)
      this.#settle = (estimate) => {
        clearTimeout(timer)
        resolve(estimate)
      }
      send({ type: 'estimate', id, ...planned })
    })
  }

  /** What the agent says; an answer that comes too late is for nobody. */
  received(message: Extract<AgentControl, { readonly type: 'estimated' | 'unestimated' }>): void {
    if (message.id !== this.#last) return
    const { type } = message
    this.#answer(
      type === 'estimated'
        ? { cost: message.cost, rows: message.rows }
        : { failure: message.failure.message || 'the planner has no estimate' },
    )
  }

  /** The session is over. */
  end(): void {
    this.#answer({ failure: 'the session is over' })
  }

  #answer(estimate: Estimate): void {
    this.#settle?.(estimate)
    this.#settle = undefined
  }
}

const LATE: Estimate = { failure: 'the planner gave no estimate in time (limits.estimate_timeout)' }
