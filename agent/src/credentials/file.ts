import { open } from 'node:fs/promises'
import { AgentError } from '../errors.ts'
import { lease, parseCredentials } from './parse.ts'
import type { CredentialSource } from './source.ts'

/** One JSON file, or one file per value as a mounted secret has them. */
export type CredentialFiles =
  | { readonly json: string }
  /** `user` is the name itself, or a file that holds it. */
  | { readonly user: { readonly file: string } | { readonly name: string }; readonly password: string | undefined }

/** Credentials from files, read anew for each session, so that a rotated secret is used at once. One line end at the end is no part of a value. */
export function fileCredentials(files: CredentialFiles): CredentialSource {
  return {
    lease: async (signal) => {
      if ('json' in files) return parseCredentials(await read(files.json, signal), `the file ${files.json}`)
      const user = 'file' in files.user ? await readValue(files.user.file, signal) : files.user.name
      const password = files.password === undefined ? undefined : await readValue(files.password, signal)
      return lease(user, password, 'the credential file')
    },
  }
}

async function readValue(path: string, signal: AbortSignal): Promise<string> {
  return (await read(path, signal)).replace(/\r?\n$/u, '')
}

async function read(path: string, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted()
  const buffer = Buffer.alloc(MAX_FILE_BYTES + 1)
  try {
    const file = await open(path, 'r')
    try {
      let length = 0
      for (;;) {
        const { bytesRead } = await file.read(buffer, length, buffer.length - length)
        length += bytesRead
        if (bytesRead === 0 || length === buffer.length) break
      }
      if (length > MAX_FILE_BYTES) {
        throw new AgentError('credential-too-large', `the file ${path} has more than ${MAX_FILE_BYTES} bytes`)
      }
      return buffer.toString('utf8', 0, length)
    } finally {
      buffer.fill(0)
      await file.close()
    }
  } catch (error) {
    if (error instanceof AgentError) throw error
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    throw new AgentError('credential-missing', `the file ${path} cannot be read (${code})`)
  }
}

const MAX_FILE_BYTES = 64 * 1024
