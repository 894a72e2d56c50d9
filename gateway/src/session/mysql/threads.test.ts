import { expect, it } from 'vitest'
import type { LiveSession } from '../registry.ts'
import { Threads } from './threads.ts'

function session(subject: string, connection: string): LiveSession {
  return {
    id: subject,
    identity: { subject, email: undefined, groups: [], method: 'token', kind: 'human' },
    connection,
    cancel: () => undefined,
    kill: () => undefined,
    idleSinceMs: () => undefined,
  }
}

it("finds the sessions of the asker's own user by either number, and no others", () => {
  const threads = new Threads()
  const [alice, other, bob] = [session('alice', 'x'), session('alice', 'y'), session('bob', 'x')]
  const [a, o, b] = [threads.issue(), threads.issue(), threads.issue()]
  threads.enter(a, { session: alice, serverId: 1 })
  threads.enter(o, { session: other, serverId: 2 })
  threads.enter(b, { session: bob, serverId: 3 })
  expect(threads.find(a, alice)).toBe(alice)
  expect(threads.find(o, alice)).toBe(other)
  expect(threads.find(1, alice)).toBe(alice)
  // Another connection is another server: its numbers are others.
  expect(threads.find(2, alice)).toBeUndefined()
  expect(threads.find(b, alice)).toBeUndefined()
  expect(threads.find(3, alice)).toBeUndefined()
  threads.release(a)
  expect(threads.find(a, other)).toBeUndefined()
})

it('a number is never given twice at a time', () => {
  const threads = new Threads()
  const ids = Array.from({ length: 1000 }, () => threads.issue())
  expect(new Set(ids).size).toBe(1000)
  expect(ids.every((id) => id > 0 && id < 2 ** 31)).toBe(true)
})
