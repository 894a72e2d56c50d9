import { expect, it } from 'vitest'
import { SessionRegistry } from './registry.ts'

it('a key cancels its own session, and a key that differs in length or in a bit cancels nothing', () => {
  const registry = new SessionRegistry(() => ({ sessions: 10, sessionsPerUser: 10 }))
  const cancelled: string[] = []
  const one = registry.issueKey(4, () => cancelled.push('one'))
  const two = registry.issueKey(32, () => cancelled.push('two'))
  registry.cancel(one.processId, two.secretKey)
  registry.cancel(two.processId, one.secretKey)
  registry.cancel(
    one.processId,
    Uint8Array.from(one.secretKey, (byte, index) => (index === 3 ? byte ^ 1 : byte)),
  )
  registry.cancel(one.processId + 1, one.secretKey)
  expect(cancelled).toEqual([])
  registry.cancel(two.processId, two.secretKey)
  registry.cancel(one.processId, one.secretKey)
  expect(cancelled).toEqual(['two', 'one'])
  one.revoke()
  registry.cancel(one.processId, one.secretKey)
  expect(cancelled).toHaveLength(2)
})

it('places are taken up to the limits, and again when one is left, once', () => {
  const registry = new SessionRegistry(() => ({ sessions: 3, sessionsPerUser: 2 }))
  const [first, second, third] = [registry.place(), registry.place(), registry.place()]
  expect(first.take('alice')).toBe('taken')
  expect(second.take('alice')).toBe('taken')
  expect(third.take('alice')).toBe('user-full')
  expect(third.take('bob')).toBe('taken')
  expect(registry.place().take('carol')).toBe('gateway-full')
  first.leave()
  first.leave()
  expect(registry.place().take('alice')).toBe('taken')
  expect(registry.place().take('alice')).toBe('gateway-full')
})

it('a place that was never taken gives nothing back', () => {
  const registry = new SessionRegistry(() => ({ sessions: 1, sessionsPerUser: 1 }))
  registry.place().leave()
  expect(registry.place().take('alice')).toBe('taken')
  expect(registry.place().take('bob')).toBe('gateway-full')
})
