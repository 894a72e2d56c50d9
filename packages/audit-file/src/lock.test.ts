import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isLocked, lockDirectory } from './lock.ts'
import { newDirectory } from './testdata/setup.ts'

const owner = (changes: object): string => {
  const directory = newDirectory()
  const lock = lockDirectory(directory)
  const mine = JSON.parse(readFileSync(join(directory, 'audit.lock'), 'utf8')) as object
  lock.release()
  return `${JSON.stringify({ ...mine, ...changes })}\n`
}

test('a directory has one writer, and is free again afterwards', () => {
  const directory = newDirectory()
  const lock = lockDirectory(directory)
  expect(isLocked(directory)).toBe(true)
  expect(() => lockDirectory(directory)).toThrow(expect.objectContaining({ code: 'locked' }))
  expect(() => lockDirectory(directory)).toThrow(`process ${process.pid} on ${hostname()}`)
  expect(lock.refresh()).toBe(true)
  lock.release()
  expect(isLocked(directory)).toBe(false)
  lockDirectory(directory).release()
})

test.each([
  ['ended', () => ({ pid: spawnSync(process.execPath, ['--version']).pid })],
  ['ended, and whose number another one has', () => ({ started: 'another boot/1' })],
  ['wrote half of it', () => undefined],
])('a lock of a process that %s is taken over', (_, changes) => {
  const directory = newDirectory()
  const path = join(directory, 'audit.lock')
  const change = changes()
  writeFileSync(path, change === undefined ? '{"pi' : owner(change))
  expect(isLocked(directory)).toBe(false)
  const lock = lockDirectory(directory)
  expect(isLocked(directory)).toBe(true)
  expect(existsSync(`${path}.takeover`)).toBe(false)
  lock.release()
  expect(existsSync(path)).toBe(false)
})

test('a lock of another host is believed as long as it shows signs of life', () => {
  const directory = newDirectory()
  const path = join(directory, 'audit.lock')
  writeFileSync(path, owner({ host: 'another-host' }))
  expect(() => lockDirectory(directory)).toThrow(expect.objectContaining({ code: 'locked' }))
  const old = Date.now() / 1000 - 61
  utimesSync(path, old, old)
  lockDirectory(directory).release()
})

test('who lost the lock is told so, and does not take it from its new owner', () => {
  const directory = newDirectory()
  const path = join(directory, 'audit.lock')
  const lock = lockDirectory(directory)
  writeFileSync(path, owner({ host: 'another-host' }))
  expect(lock.refresh()).toBe(false)
  lock.release()
  expect(existsSync(path)).toBe(true)
})

test('two that find a lock stale do not both take it', () => {
  const directory = newDirectory()
  const path = join(directory, 'audit.lock')
  writeFileSync(path, owner({ started: 'another boot/1' }))
  writeFileSync(`${path}.takeover`, '')
  expect(() => lockDirectory(directory)).toThrow(expect.objectContaining({ code: 'locked' }))
  const old = Date.now() / 1000 - 11
  utimesSync(`${path}.takeover`, old, old)
  expect(() => lockDirectory(directory)).toThrow(/try again/)
  lockDirectory(directory).release()
})
