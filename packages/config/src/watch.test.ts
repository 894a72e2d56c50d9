import { mkdirSync, renameSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { loadDev, type Loaded } from './load.ts'
import { directory, ENV, example, fileOf } from './testdata/file.ts'
import type { DevConfig } from './types.ts'
import { watchConfig } from './watch.ts'

/** What the watcher says, one thing after the other. */
async function watching(path: string): Promise<{ next: () => Promise<Loaded<DevConfig> | Error> }> {
  const said: (Loaded<DevConfig> | Error)[] = []
  const waiting: ((what: Loaded<DevConfig> | Error) => void)[] = []
  const say = (what: Loaded<DevConfig> | Error): void => {
    const listener = waiting.shift()
    if (listener === undefined) said.push(what)
    else listener(what)
  }
  const load = (): Promise<Loaded<DevConfig>> => loadDev(path, { env: ENV })
  const watcher = watchConfig(path, await load(), load, { onChange: say, onProblem: say }, { settleMs: 5 })
  onTestFinished(() => watcher.close())
  return {
    next: () => {
      const first = said.shift()
      return first === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(first)
    },
  }
}

const named = (name: string): string => example(['  listen:', `  name: ${name}\n  listen:`])
const nameOf = (what: Loaded<DevConfig> | Error): string =>
  what instanceof Error ? what.message : what.config.gateway.name

describe('a watched configuration', () => {
  it('is loaded again when the file is written or renamed over', async () => {
    const path = fileOf(example())
    const { next } = await watching(path)
    writeFileSync(path, named('written'))
    expect(nameOf(await next())).toBe('written')
    writeFileSync(`${path}.new`, named('renamed'))
    renameSync(`${path}.new`, path)
    expect(nameOf(await next())).toBe('renamed')
  })

  it('is loaded again when a symbolic link is swapped, as container platforms do', async () => {
    const dir = directory()
    for (const version of ['v1', 'v2']) {
      mkdirSync(join(dir, `..${version}`))
      writeFileSync(join(dir, `..${version}`, 'dev.yaml'), named(version))
    }
    symlinkSync('..v1', join(dir, '..data'))
    symlinkSync('..data/dev.yaml', join(dir, 'dev.yaml'))
    const { next } = await watching(join(dir, 'dev.yaml'))
    symlinkSync('..v2', join(dir, '..data_tmp'))
    renameSync(join(dir, '..data_tmp'), join(dir, '..data'))
    expect(nameOf(await next())).toBe('v2')
  })

  it('is loaded again when a file that it refers to changes', async () => {
    const path = fileOf(example(['env:ALICE_TOKEN', 'file:alice.token']))
    writeFileSync(join(dirname(path), 'alice.token'), 'one', { mode: 0o600 })
    const { next } = await watching(path)
    writeFileSync(join(dirname(path), 'alice.token'), 'two')
    const changed = await next()
    expect(changed instanceof Error ? changed : changed.config.gateway.tokens[0]?.token.reveal()).toBe('two')
  })

  it('stays as it is while the file is wrong or gone, and says so', async () => {
    const path = fileOf(example())
    const { next } = await watching(path)
    writeFileSync(path, 'gateway: [')
    expect(await next()).toMatchObject({ name: 'ConfigError', code: 'syntax' })
    unlinkSync(path)
    expect(await next()).toMatchObject({ name: 'ConfigError', code: 'unreadable' })
    writeFileSync(path, named('back'))
    expect(nameOf(await next())).toBe('back')
  })

  it('is loaded again on SIGHUP, changed or not', async () => {
    const { next } = await watching(fileOf(named('same')))
    process.kill(process.pid, 'SIGHUP')
    expect(nameOf(await next())).toBe('same')
  })

  it('is not loaded again when only other files of the directory change', async () => {
    const path = fileOf(example())
    const { next } = await watching(path)
    writeFileSync(join(dirname(path), 'other.txt'), 'x')
    writeFileSync(path, example())
    writeFileSync(path, named('real'))
    expect(nameOf(await next())).toBe('real')
  })
})
