import { describe, expect, it, vi } from 'vitest'
import { Estimator, type Planned } from './estimator.ts'

const PLANNED: Planned = { text: 'SELECT 1', parameters: [], extended: false }
const FAILURE = { code: 'no-estimate', message: 'relation "t" does not exist', sqlState: '42P01', retryable: false }

describe('an estimator', () => {
  it('asks behind what was sent, and gives the answer', async () => {
    const send = vi.fn()
    const estimator = new Estimator({ send, cancel: () => undefined, timeoutMs: 1000 })
    const answer = estimator.ask(PLANNED)
    expect(send).toHaveBeenCalledWith({ type: 'estimate', id: 1, ...PLANNED })
    estimator.received({ type: 'estimated', id: 1, cost: 12, rows: 3 })
    expect(await answer).toEqual({ cost: 12, rows: 3 })
  })

  it("gives the planner's own reason when there is no estimate", async () => {
    const estimator = new Estimator({ send: () => undefined, cancel: () => undefined, timeoutMs: 1000 })
    const answer = estimator.ask(PLANNED)
    estimator.received({ type: 'unestimated', id: 1, failure: FAILURE })
    expect(await answer).toEqual({ failure: 'relation "t" does not exist' })
  })

  it('cancels a planner that takes too long, and takes no answer to an earlier question for one to this', async () => {
    vi.useFakeTimers()
    try {
      const cancel = vi.fn()
      const estimator = new Estimator({ send: () => undefined, cancel, timeoutMs: 1000 })
      const first = estimator.ask(PLANNED)
      vi.advanceTimersByTime(1000)
      expect(await first).toEqual({ failure: expect.stringContaining('limits.estimate_timeout') })
      expect(cancel).toHaveBeenCalledOnce()
      const second = estimator.ask(PLANNED)
      estimator.received({ type: 'estimated', id: 1, cost: 0, rows: 0 })
      estimator.received({ type: 'estimated', id: 2, cost: 99, rows: 0 })
      expect(await second).toEqual({ cost: 99, rows: 0 })
    } finally {
      vi.useRealTimers()
    }
  })

  it('keeps nobody waiting when the session ends', async () => {
    const estimator = new Estimator({ send: () => undefined, cancel: () => undefined, timeoutMs: 1000 })
    const answer = estimator.ask(PLANNED)
    estimator.end()
    expect(await answer).toEqual({ failure: 'the session is over' })
  })
})
