import { once, type EventEmitter } from 'node:events'

/** The arguments of the next `event`; rejects, naming the event, when it does not come within `timeoutMs`. */
export async function waitForEvent(source: EventEmitter, event: string, timeoutMs = 10_000): Promise<unknown[]> {
  try {
    return (await once(source, event, { signal: AbortSignal.timeout(Math.ceil(timeoutMs)) })) as unknown[]
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'AbortError') {
      throw new Error(`no '${event}' within ${timeoutMs} ms`, { cause })
    }
    throw cause
  }
}

/** How long and how often `eventually` asks. */
export interface EventuallyOptions {
  readonly timeoutMs?: number
  readonly intervalMs?: number
  /** What is waited for, in the words of the error. */
  readonly what?: string
}

/**
 * Asks again until `probe` answers with something other than undefined, and returns that. For what can only be seen by
 * asking (a server's list of sessions, a process's memory); what announces itself is waited for with `waitForEvent`.
 */
export async function eventually<T>(
  probe: () => Promise<T | undefined> | T | undefined,
  options: EventuallyOptions = {},
): Promise<T> {
  const { timeoutMs = 10_000, intervalMs = 25, what = 'the condition' } = options
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const answer = await probe()
    if (answer !== undefined) return answer
    if (performance.now() > deadline) throw new Error(`${what} did not come true within ${timeoutMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, intervalMs))
  }
}

/** The same for a yes or no. */
export async function until(probe: () => Promise<boolean> | boolean, options: EventuallyOptions = {}): Promise<void> {
  await eventually(async () => ((await probe()) ? true : undefined), options)
}
