import { Socket } from 'node:net'
import { expect, it } from 'vitest'
import { Logins } from './logins.ts'

it('the stranger who has had its place for longest gives way, and its socket is closed', () => {
  const logins = new Logins(() => 2)
  const [first, second, third] = [new Socket(), new Socket(), new Socket()]
  const [one, two] = [logins.enter(first), logins.enter(second)]
  expect(one.gaveWay).toBe(false)
  logins.enter(third)
  expect([one.gaveWay, two.gaveWay]).toEqual([true, false])
  expect([first.destroyed, second.destroyed]).toEqual([true, false])
})

it('who is known gives way to nobody, and takes no place of a stranger', () => {
  const logins = new Logins(() => 1)
  const known = logins.enter(new Socket())
  known.admitted()
  const stranger = logins.enter(new Socket())
  expect([known.gaveWay, stranger.gaveWay]).toEqual([false, false])
  logins.abortAll(new Error('the end'))
  expect([known.signal.aborted, stranger.signal.aborted]).toEqual([true, true])
})

it('a stranger whose socket is closed leaves its place', async () => {
  const logins = new Logins(() => 1)
  const socket = new Socket()
  const gone = logins.enter(socket)
  const closed = new Promise((resolve) => void socket.once('close', resolve))
  socket.destroy()
  await closed
  logins.enter(new Socket())
  expect(gone.signal.aborted).toBe(false)
})
