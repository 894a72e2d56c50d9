import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Path } from '../document/parse.ts'
import { Secret } from '../secret.ts'

/** What the meaning of a file is worked out with: its directory, the environment, and a list for what is wrong. */
export class Context {
  /** Absolute. */
  readonly #directory: string
  readonly #env: Readonly<NodeJS.ProcessEnv>
  readonly #problems: { path: Path; message: string }[] = []
  readonly #warnings: { path: Path; message: string }[] = []
  readonly #files = new Set<string>()

  constructor(directory: string, env: Readonly<NodeJS.ProcessEnv>) {
    this.#directory = resolve(directory)
    this.#env = env
  }

  get problems(): readonly { readonly path: Path; readonly message: string }[] {
    return this.#problems
  }

  get warnings(): readonly { readonly path: Path; readonly message: string }[] {
    return this.#warnings
  }

  /** Absolute paths of the files that were read, or would have been. */
  get files(): readonly string[] {
    return [...this.#files]
  }

  problem(path: Path, message: string): void {
    this.#problems.push({ path, message })
  }

  warn(path: Path, message: string): void {
    this.#warnings.push({ path, message })
  }

  /** An absolute path for one that is relative to the file. */
  resolve(path: string): string {
    return resolve(this.#directory, path)
  }

  /** The secret that a reference stands for; an empty one, and a problem, when there is none. */
  secret(reference: string, path: Path): Secret {
    return new Secret(this.#read(reference, path, true))
  }

  /** The text that a reference stands for; '' and a problem when there is none. */
  text(reference: string, path: Path): string {
    return this.#read(reference, path, false)
  }

  #read(reference: string, path: Path, secret: boolean): string {
    const value = reference.startsWith('env:')
      ? this.#variable(reference.slice(4), path)
      : this.#file(reference.slice(5), path, secret)
    if (value === '') this.problem(path, `What ${reference} stands for is empty.`)
    return value ?? ''
  }

  #variable(name: string, path: Path): string | undefined {
    const value = this.#env[name]
    if (value === undefined) this.problem(path, `The environment variable ${name} is not set.`)
    return value
  }

  /** One line end at the end is no part of the value. */
  #file(relative: string, path: Path, secret: boolean): string | undefined {
    const file = this.resolve(relative)
    this.#files.add(file)
    try {
      const { size, mode } = statSync(file)
      if (size > MAX_REFERENCED_BYTES) {
        this.problem(path, `The file ${file} has more than ${MAX_REFERENCED_BYTES} bytes.`)
        return undefined
      }
      // Container platforms mount secrets like this, so it is no error.
      if (secret && process.platform !== 'win32' && (mode & 0o004) !== 0) {
        this.warn(path, `The file ${file} may be read by everyone on this machine: chmod 600 it.`)
      }
      return readFileSync(file, 'utf8').replace(/\r?\n$/, '')
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
      this.problem(path, code === 'ENOENT' ? `There is no file ${file}.` : `The file ${file} cannot be read (${code}).`)
      return undefined
    }
  }
}

const MAX_REFERENCED_BYTES = 1024 * 1024
