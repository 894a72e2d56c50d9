import { createHash } from 'node:crypto'
import { readFileSync, realpathSync, watch, type FSWatcher } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import type { Loaded } from './load.ts'

/** What happens when a configuration changes. */
export interface WatchHandlers<T> {
  /** The file, or one that it refers to, has changed, and what it says now is right. */
  readonly onChange: (loaded: Loaded<T>) => void
  /** It has changed and cannot be used, or it cannot be watched; the configuration before stays in force. */
  readonly onProblem: (problem: Error) => void
}

export interface WatchOptions {
  /** How long the files must be left alone before they are read; editors and copies write in several steps. Default 50. */
  readonly settleMs?: number
}

/** Stops the watching; nothing is called afterwards. */
export interface ConfigWatcher {
  readonly close: () => void
}

/**
 * Loads a configuration again on SIGHUP and when one of its files changes, also by a rename over it or through a symbolic link, as container
 * platforms update them. Only a change of contents counts, except for SIGHUP, which always reloads.
 *
 * @param first what was loaded when the process began
 */
export function watchConfig<T>(
  path: string,
  first: Loaded<T>,
  load: () => Promise<Loaded<T>>,
  handlers: WatchHandlers<T>,
  { settleMs = 50 }: WatchOptions = {},
): ConfigWatcher {
  const watching = new Watching(path, first, load, handlers, settleMs)
  return { close: () => watching.close() }
}

class Watching<T> {
  readonly #path: string
  readonly #load: () => Promise<Loaded<T>>
  readonly #handlers: WatchHandlers<T>
  readonly #settleMs: number
  readonly #watchers = new Map<string, FSWatcher>()
  #files: readonly string[] = []
  #names = new Set<string>()
  #digest = ''
  #timer: NodeJS.Timeout | undefined
  #forced = false
  #loading = false
  #again = false
  #closed = false

  constructor(
    path: string,
    first: Loaded<T>,
    load: () => Promise<Loaded<T>>,
    handlers: WatchHandlers<T>,
    settleMs: number,
  ) {
    this.#path = resolve(path)
    this.#load = load
    this.#handlers = handlers
    this.#settleMs = settleMs
    this.#watch(first.files)
    this.#digest = digestOf(this.#files)
    process.on('SIGHUP', this.#onSignal)
  }

  close(): void {
    this.#closed = true
    process.off('SIGHUP', this.#onSignal)
    clearTimeout(this.#timer)
    for (const watcher of this.#watchers.values()) watcher.close()
    this.#watchers.clear()
  }

  readonly #onSignal = (): void => {
    this.#forced = true
    this.#settle()
  }

  #settle(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#check(), this.#settleMs)
    this.#timer.unref()
  }

  async #check(): Promise<void> {
    if (this.#closed) return
    if (this.#loading) {
      this.#again = true
      return
    }
    const digest = digestOf(this.#files)
    if (digest === this.#digest && !this.#forced) return
    this.#forced = false
    this.#digest = digest
    this.#loading = true
    try {
      await this.#reload()
    } finally {
      this.#loading = false
      if (this.#again) {
        this.#again = false
        this.#settle()
      }
    }
  }

  async #reload(): Promise<void> {
    let loaded: Loaded<T>
    try {
      loaded = await this.#load()
    } catch (error) {
      if (!this.#closed) this.#handlers.onProblem(error instanceof Error ? error : new Error(String(error)))
      return
    }
    if (this.#closed) return
    const before = this.#files
    this.#watch(loaded.files)
    // The digest was taken before the load, so what is written meanwhile is found at the next event. Files that are new were not part of it.
    if (before.join('\0') !== this.#files.join('\0')) this.#digest = ''
    this.#handlers.onChange(loaded)
  }

  /** Directories are watched, not files: a rename gives the name to another file. */
  #watch(referenced: readonly string[]): void {
    this.#files = [this.#path, ...referenced]
    const real = this.#files.map((file) => realPath(file))
    const all = [...this.#files, ...real]
    this.#names = new Set(all.map((file) => basename(file)))
    const directories = new Set(all.map((file) => dirname(file)))
    for (const [directory, watcher] of this.#watchers) {
      if (directories.has(directory)) continue
      watcher.close()
      this.#watchers.delete(directory)
    }
    for (const directory of directories) if (!this.#watchers.has(directory)) this.#watchDirectory(directory)
  }

  #watchDirectory(directory: string): void {
    try {
      const watcher = watch(directory, { persistent: false }, (_event, name) => {
        // Container platforms swap a symbolic link whose name begins with two dots.
        if (name === null || name.startsWith('..') || this.#names.has(name)) this.#settle()
      })
      watcher.on('error', (error) => this.#handlers.onProblem(error))
      this.#watchers.set(directory, watcher)
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
      this.#handlers.onProblem(new Error(`${directory} cannot be watched (${code}); send SIGHUP after a change`))
    }
  }
}

function realPath(file: string): string {
  try {
    return realpathSync(file)
  } catch {
    return file
  }
}

/** One digest over all contents; a file that cannot be read is part of it as such. */
function digestOf(files: readonly string[]): string {
  const hash = createHash('sha256')
  for (const file of files) {
    hash.update(`\0${file}\0`)
    try {
      hash.update(readFileSync(file))
    } catch {
      hash.update('unreadable')
    }
  }
  return hash.digest('hex')
}
