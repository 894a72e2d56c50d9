import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { envCredentials } from './env.ts'
import { execCredentials } from './exec.ts'
import { fileCredentials } from './file.ts'
import { Password } from './source.ts'

const never = new AbortController().signal
const directory = mkdtempSync(join(tmpdir(), 'sallyport-credentials-'))
afterAll(() => rmSync(directory, { recursive: true }))

function file(name: string, text: string): string {
  const path = join(directory, name)
  writeFileSync(path, text)
  return path
}

function script(name: string, text: string): string {
  const path = file(name, `#!/bin/sh\n${text}\n`)
  chmodSync(path, 0o700)
  return path
}

describe('a password', () => {
  it('can be taken once', () => {
    const password = new Password('s3cret')
    expect(password.take()).toBe('s3cret')
    expect(password.take()).toBeUndefined()
  })

  it('shows itself to nobody', () => {
    const password = new Password('s3cret')
    const shown = [
      String(password),
      JSON.stringify({ password }),
      inspect({ password }, { showHidden: true, depth: 9 }),
    ]
    expect(shown.join()).not.toContain('s3cret')
  })
})

describe('the environment', () => {
  it('is read anew for each session', async () => {
    const environment: Record<string, string> = { USER_NAME: 'shop', WORD: 'one' }
    const source = envCredentials({ user: 'USER_NAME', password: 'WORD' }, environment)
    expect((await source.lease(never)).password?.take()).toBe('one')
    environment['WORD'] = 'two'
    const lease = await source.lease(never)
    expect([lease.user, lease.password?.take()]).toEqual(['shop', 'two'])
  })

  it('gives a user without a password where none is needed', async () => {
    const lease = await envCredentials({ user: 'U', password: undefined }, { U: 'shop' }).lease(never)
    expect(lease.password).toBeUndefined()
  })

  it.each([
    [{}, 'credential-missing'],
    [{ U: 'shop' }, 'credential-missing'],
    [{ U: '', P: 'x' }, 'credential-malformed'],
    [{ U: 'shop', P: 'a\0b' }, 'credential-malformed'],
  ])('%j is refused as %s', async (environment, code) => {
    await expect(envCredentials({ user: 'U', password: 'P' }, environment).lease(never)).rejects.toMatchObject({ code })
  })
})

describe('files', () => {
  it('hold a JSON object, whatever else is in it', async () => {
    const path = file('good.json', '{"username": "shop", "password": "p\\u00e4ss", "host": "db", "port": 5432}')
    const lease = await fileCredentials({ json: path }).lease(never)
    expect([lease.user, lease.password?.take()]).toEqual(['shop', 'p\u00E4ss'])
  })

  it('hold one value each, without the line end, and are read anew', async () => {
    const password = file('password', 'one\n')
    const source = fileCredentials({ user: { file: file('user', 'shop\r\n') }, password })
    expect((await source.lease(never)).password?.take()).toBe('one')
    file('password', ' two \n\n')
    const lease = await source.lease(never)
    expect([lease.user, lease.password?.take()]).toEqual(['shop', ' two \n'])
  })

  it.each([
    ['is not there', undefined, 'credential-missing'],
    ['is no JSON', 's3cret', 'credential-malformed'],
    ['is no object', '["s3cret"]', 'credential-malformed'],
    ['has no user', '{"password": "s3cret"}', 'credential-malformed'],
    ['has a password that is no text', '{"user": "x", "password": {"s3cret": 1}}', 'credential-malformed'],
    ['is endless', `{"user": "${'s3cret'.repeat(20_000)}"}`, 'credential-too-large'],
  ])('a file that %s is refused without a word of it', async (_, text, code) => {
    const path = text === undefined ? join(directory, 'nothing') : file('bad.json', text)
    const error: unknown = await fileCredentials({ json: path })
      .lease(never)
      .catch((caught: unknown) => caught)
    expect(error).toMatchObject({ name: 'AgentError', code })
    expect(inspect(error, { depth: 9 })).not.toContain('s3cret')
  })
})

describe('a program', () => {
  const limits = { timeoutMs: 10_000, maxOutputBytes: 1000 }

  it('gets its arguments as they are, and no shell reads them', async () => {
    const path = script('echo.sh', `printf '{"user": "%s", "password": "%s"}' "$1" "$2"`)
    const source = execCredentials({ command: [path, 'shop', '$(id) `id` ;*'], ...limits })
    const lease = await source.lease(never)
    expect([lease.user, lease.password?.take()]).toEqual(['shop', '$(id) `id` ;*'])
  })

  it.each([
    ['is not there', '/nowhere/at/all', limits, 'credential-failed'],
    [
      'fails',
      script('fails.sh', `echo '{"user": "s3cret", "password": "s3cret"}'; echo s3cret >&2; exit 3`),
      limits,
      'credential-failed',
    ],
    ['says something else', script('else.sh', 'echo s3cret'), limits, 'credential-malformed'],
    ['says nothing', script('nothing.sh', 'exit 0'), limits, 'credential-malformed'],
    ['talks on and on', script('yes.sh', 'yes s3cret'), limits, 'credential-too-large'],
    ['hangs', script('hangs.sh', 'sleep 600 & wait'), { ...limits, timeoutMs: 200 }, 'credential-timeout'],
  ])('that %s is refused without a word of it', async (_, path, bounds, code) => {
    const error: unknown = await execCredentials({ command: [path], ...bounds })
      .lease(never)
      .catch((caught: unknown) => caught)
    expect(error).toMatchObject({ name: 'AgentError', code })
    expect(inspect(error, { depth: 9 })).not.toContain('s3cret')
  })

  it('is ended with everything it started when the session ends first', async () => {
    const pid = join(directory, 'pid')
    const path = script('children.sh', `sh -c 'echo $$ > ${pid}.new; mv ${pid}.new ${pid}; exec sleep 600' & wait`)
    const controller = new AbortController()
    const leasing = execCredentials({ command: [path], ...limits }).lease(controller.signal)
    const ended = leasing.catch((error: unknown) => error)
    await expect.poll(() => existsSync(pid)).toBe(true)
    controller.abort()
    expect(await ended).toMatchObject({ code: 'credential-aborted' })
    const child = Number(readFileSync(pid, 'utf8'))
    await expect.poll(() => isRunning(child)).toBe(false)
    await expect(execCredentials({ command: [path], ...limits }).lease(controller.signal)).rejects.toMatchObject({
      code: 'credential-aborted',
    })
  })
})

/** False also for a process that has ended and that nobody has waited for. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !/^State:\s+Z/mu.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
