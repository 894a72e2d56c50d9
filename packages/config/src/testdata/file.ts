import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { ConfigError } from '../errors.ts'

/** What the references of `dev.yaml` stand for. */
export const ENV = { ALICE_TOKEN: 'alice-token', AGENT_TOKEN: 'agent-token-agent-token' }

/** A directory that is gone after the test. */
export function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'sallyport-config-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** The text of `dev.yaml`, with replacements that must apply. */
export function example(...replacements: readonly (readonly [string, string])[]): string {
  let text = readFileSync(new URL('dev.yaml', import.meta.url), 'utf8')
  for (const [from, to] of replacements) {
    if (!text.includes(from)) throw new Error(`dev.yaml has no ${from}`)
    text = text.replace(from, () => to)
  }
  return text
}

/** A file with this text, in a directory of its own. */
export function fileOf(text: string, name = 'dev.yaml'): string {
  const path = join(directory(), name)
  writeFileSync(path, text)
  return path
}

/** The problems of a load that must fail, as `line path: message`. */
export async function problemsOf(load: Promise<unknown>): Promise<readonly string[]> {
  try {
    await load
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.problems.map(({ line, path, message }) => `${line ?? '-'} ${path}: ${message}`)
  }
  throw new Error('the file was accepted')
}
