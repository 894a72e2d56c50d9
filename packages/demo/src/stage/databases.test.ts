import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { createScreen } from '../screen/screen.ts'
import { mysqlDatabase, type DatabaseOptions } from './databases.ts'

let folder = ''

afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true, force: true })
})

/** A MariaDB by its looks, whose script for a data directory fails. Anybody may reach it, as a server's account must. */
async function brokenInstallation(): Promise<string> {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-broken-'))
  await chmod(folder, 0o755)
  await mkdir(join(folder, 'bin'), { mode: 0o755 })
  const programs = {
    mariadbd: 'echo "mariadbd  Ver 11.4.2-MariaDB for Linux on x86_64"',
    'mariadb-install-db': 'echo "no room left"; exit 1',
  }
  for (const [name, line] of Object.entries(programs)) {
    await writeFile(join(folder, 'bin', name), `#!/bin/sh\n${line}\n`, { mode: 0o755 })
  }
  return folder
}

function options(): DatabaseOptions & { readonly text: () => string } {
  let text = ''
  return {
    screen: createScreen({ write: (part) => (text += part) }, {}),
    signal: new AbortController().signal,
    closers: [],
    text: () => text,
  }
}

test('a server that is found and does not start is left out, with the reason', async () => {
  vi.stubEnv('PATH', `${await brokenInstallation()}/bin:${process.env['PATH']}`)
  const asked = options()
  expect(await mysqlDatabase(asked, undefined)).toBeUndefined()
  expect(asked.text()).toMatch(/left out: MariaDB 11\.4\.2 made no data directory: no room left/)
})

test('a server that was asked for and does not start is an error', async () => {
  const installation = await brokenInstallation()
  await expect(mysqlDatabase(options(), installation)).rejects.toMatchObject({ code: 'mysql-init-failed' })
})

test('a folder without a server is an error when it was asked for', async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-empty-'))
  await expect(mysqlDatabase(options(), folder)).rejects.toMatchObject({ code: 'mysql-missing' })
})
