import { UNTOLD_USER_CODE, type UserCodeLists } from '@sallyport/tunnel'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { openUserCodeCatalog, type UserCodeCatalog } from './user-code.ts'

const lists = (...functions: string[]): UserCodeLists => ({ ...UNTOLD_USER_CODE, complete: true, functions })

/** A database whose code changes by assignment. */
class Database {
  now: UserCodeLists | Error = lists()
  loads = 0
  readonly failures: unknown[] = []
  readonly told: (readonly string[])[] = []
  readonly catalog: UserCodeCatalog = openUserCodeCatalog({
    load: async () => {
      this.loads += 1
      await Promise.resolve()
      if (this.now instanceof Error) throw this.now
      return this.now
    },
    ttlMs: 60_000,
    minRefreshMs: 1000,
    timeoutMs: 10_000,
    clock: { monotonicMs: () => performance.now() },
    onFailure: (error) => this.failures.push(error),
  })

  watch(): () => void {
    return this.catalog.watch(({ lists: { functions } }) => this.told.push(functions))
  }
}

describe('the code of users of a database', () => {
  let database: Database

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    database = new Database()
  })

  afterEach(() => {
    vi.useRealTimers()
  })

  test('is unknown until it was read, and read once for all who ask', async () => {
    const { catalog } = database
    expect(catalog.latest().code.complete).toBe(false)
    database.now = lists('lower')
    const [one, other] = await Promise.all([catalog.current(), catalog.current()])
    expect(other).toBe(one)
    expect([...one.code.functions]).toEqual(['lower'])
    expect(await catalog.current()).toBe(one)
    expect(database.loads).toBe(1)
  })

  test('is read anew when it has grown old', async () => {
    await database.catalog.current()
    database.now = lists('lower')
    vi.advanceTimersByTime(59_000)
    expect((await database.catalog.current()).lists.functions).toEqual([])
    vi.advanceTimersByTime(1000)
    expect((await database.catalog.current()).lists.functions).toEqual(['lower'])
  })

  test('reaches who watches when it has changed, and only then', async () => {
    await database.catalog.current()
    const unwatch = database.watch()
    await vi.advanceTimersByTimeAsync(60_000)
    expect([database.loads, database.told]).toEqual([2, []])
    database.now = lists('lower')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(database.told).toEqual([['lower']])
    unwatch()
    database.now = lists()
    await vi.advanceTimersByTimeAsync(600_000)
    expect([database.loads, database.told]).toEqual([3, [['lower']]])
  })

  test('is read soon after a session changed objects, but not at every change', async () => {
    await database.catalog.current()
    database.watch()
    database.now = lists('lower')
    for (let change = 0; change < 100; change += 1) {
      database.catalog.invalidate()
      await vi.advanceTimersByTimeAsync(10)
    }
    await vi.advanceTimersByTimeAsync(1000)
    expect(database.loads).toBeLessThanOrEqual(4)
    expect(database.told).toEqual([['lower']])
  })

  test('is waited for by who asks behind a change, also while an older load is under way', async () => {
    const { catalog } = database
    await catalog.current()
    vi.advanceTimersByTime(60_000)
    const older = catalog.current()
    database.now = lists('lower')
    catalog.invalidate()
    expect((await catalog.current()).lists.functions).toEqual(['lower'])
    await older
    catalog.invalidate()
    const [one, other] = await Promise.all([catalog.current(), catalog.current()])
    expect(other).toBe(one)
    expect(database.loads).toBe(4)
  })

  test('is unknown when it cannot be read, and asked for again', async () => {
    database.now = new Error('no')
    expect((await database.catalog.current()).lists).toBe(UNTOLD_USER_CODE)
    expect(database.failures).toEqual([database.now])
    database.watch()
    await vi.advanceTimersByTimeAsync(9000)
    expect(database.loads).toBe(1)
    database.now = lists('lower')
    await vi.advanceTimersByTimeAsync(1000)
    expect(database.told).toEqual([['lower']])
    database.now = new Error('no longer')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(database.catalog.latest().lists).toBe(UNTOLD_USER_CODE)
  })
})
