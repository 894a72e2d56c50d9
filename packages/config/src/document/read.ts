import { open } from 'node:fs/promises'
import { ConfigError } from '../errors.ts'

/** Reads a whole text file. Throws ConfigError `unreadable` for one that is missing, larger than `maxBytes`, or not UTF-8. */
export async function readText(path: string, maxBytes: number): Promise<string> {
  const bytes = await readBytes(path, maxBytes)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw unreadable(path, 'The file is not valid UTF-8.')
  }
}

async function readBytes(path: string, maxBytes: number): Promise<Uint8Array> {
  try {
    const file = await open(path, 'r')
    try {
      if (!(await file.stat()).isFile()) throw unreadable(path, 'This is no file.')
      const buffer = Buffer.alloc(maxBytes + 1)
      let length = 0
      while (length < buffer.length) {
        const { bytesRead } = await file.read(buffer, length, buffer.length - length, null)
        if (bytesRead === 0) break
        length += bytesRead
      }
      if (length > maxBytes) throw unreadable(path, `The file has more than ${maxBytes} bytes.`)
      return buffer.subarray(0, length)
    } finally {
      await file.close()
    }
  } catch (error) {
    if (error instanceof ConfigError) throw error
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    throw unreadable(path, code === 'ENOENT' ? 'There is no such file.' : `The file cannot be read (${code}).`)
  }
}

function unreadable(file: string, message: string): ConfigError {
  return new ConfigError('unreadable', [{ file, line: undefined, column: undefined, path: '', message }])
}
