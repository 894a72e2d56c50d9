import { Worker } from 'node:worker_threads'
import type { Analysis } from '@sallyport/core'
import type { MysqlSettings, SqlLimits } from '@sallyport/sql'
import { SqlWorkerError } from './errors.ts'
import type { Answer, Job, WorkerData, WorkerSettings } from './messages.ts'

/** Bounds of a worker. */
export interface SqlWorkerOptions {
  /** Longest time for one text once its turn has come; then the thread is thrown away. */
  readonly timeoutMs: number
  /** Longest time for a thread to start. */
  readonly startTimeoutMs: number
  /** Most texts that wait; one more is refused. */
  readonly maxQueuedTexts: number
  /** Most UTF-16 units that wait in all; a text that would pass it is refused. */
  readonly maxQueuedLength: number
  /** Most heap of the thread, in MiB, beside the parser's own memory. */
  readonly maxHeapMb: number
  readonly limits: Partial<SqlLimits>
}

/** The bounds where nothing else is configured. */
export const DEFAULT_SQL_WORKER_OPTIONS: SqlWorkerOptions = {
  timeoutMs: 2000,
  startTimeoutMs: 10_000,
  maxQueuedTexts: 64,
  maxQueuedLength: 16 * 1024 * 1024,
  maxHeapMb: 512,
  limits: {},
}

/**
 * Starts a worker for texts that are too much for the event loop. Throws SqlWorkerError `worker-unavailable`.
 * Whoever opens it closes it.
 */
export async function openSqlWorker(options: Partial<SqlWorkerOptions> = {}): Promise<SqlWorker> {
  const worker = new SqlWorker({ ...DEFAULT_SQL_WORKER_OPTIONS, ...options })
  await worker.start()
  return worker
}

interface Waiting {
  readonly text: string
  readonly settings: WorkerSettings | MysqlSettings
  readonly settle: (analysis: Analysis) => void
}

/**
 * One thread with a bounded queue before it.
 *
 * Theory of operation: at most one text is with the thread, so its time is its own. A text that takes too long, or takes the thread down, gets
 * a refusal; the thread is replaced and the queue goes on. While no thread can be had, every text is refused.
 */
export class SqlWorker {
  readonly #options: SqlWorkerOptions
  readonly #queue: Waiting[] = []
  #queuedLength = 0
  #thread: Worker | undefined
  #starting: Promise<Worker | undefined> | undefined
  #busy = false
  #closed = false
  #jobs = 0
  #replacements = 0
  #lastError: unknown
  /** The catalogue that the thread already has. */
  #catalogueVersion: string | undefined

  /** Use `openSqlWorker`. */
  constructor(options: SqlWorkerOptions) {
    this.#options = options
  }

  /** How often a thread had to be replaced; for metrics. */
  get replacements(): number {
    return this.#replacements
  }

  /** The facts of a text. Never rejects: a full queue, a lapse of time and a dead thread are `too-slow`. */
  analyse(text: string, settings: WorkerSettings | MysqlSettings): Promise<Analysis> {
    if (this.#closed) return Promise.resolve(tooSlow('the SQL worker is closed'))
    const full =
      this.#queue.length >= this.#options.maxQueuedTexts ||
      this.#queuedLength + text.length > this.#options.maxQueuedLength
    if (full) return Promise.resolve(tooSlow('too many long statements wait for the SQL parser'))
    return new Promise((settle) => {
      this.#queue.push({ text, settings, settle })
      this.#queuedLength += text.length
      void this.#work()
    })
  }

  /** Ends the thread. Texts that wait are refused. */
  async close(): Promise<void> {
    this.#closed = true
    for (const { settle } of this.#queue.splice(0)) settle(tooSlow('the SQL worker is closed'))
    this.#queuedLength = 0
    await (await this.#starting)?.terminate()
    await this.#thread?.terminate()
    this.#thread = undefined
  }

  /** Starts the thread; throws SqlWorkerError `worker-unavailable`. */
  async start(): Promise<void> {
    if ((await this.#ready()) === undefined)
      throw new SqlWorkerError('worker-unavailable', 'the SQL worker does not start', { cause: this.#lastError })
  }

  async #work(): Promise<void> {
    if (this.#busy) return
    this.#busy = true
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      this.#queuedLength -= next.text.length
      const thread = await this.#ready()
      next.settle(thread === undefined ? tooSlow('the SQL parser is not available') : await this.#ask(thread, next))
    }
    this.#busy = false
  }

  async #ask(thread: Worker, { text, settings }: Waiting): Promise<Analysis> {
    const id = (this.#jobs += 1)
    const job = this.#job(id, text, settings)
    const answer = next(thread, this.#options.timeoutMs, (message) => message.type === 'answer' && message.id === id)
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    thread.postMessage(job)
    const message = await answer
    if (typeof message !== 'string' && message.type === 'answer') return message.analysis
    await this.#discard(thread)
    return message === 'timeout'
      ? tooSlow(`the statement takes longer than ${String(this.#options.timeoutMs)} ms to parse`)
      : tooSlow('the statement exhausts the SQL parser')
  }

  #job(id: number, text: string, settings: Waiting['settings']): Job {
    if ('flavour' in settings) return { id, text, settings, catalogue: undefined }
    const { catalogue, searchPath, functions, userCode } = settings
    const known = catalogue !== undefined && catalogue.version === this.#catalogueVersion
    if (catalogue !== undefined) this.#catalogueVersion = catalogue.version
    return {
      id,
      text,
      settings: { searchPath, functions, userCode },
      catalogue: known ? { version: catalogue.version } : catalogue,
    }
  }

  async #ready(): Promise<Worker | undefined> {
    if (this.#thread !== undefined) return this.#thread
    this.#starting ??= this.#startThread()
    const thread = await this.#starting
    this.#starting = undefined
    this.#thread = this.#closed ? undefined : thread
    return this.#thread
  }

  async #startThread(): Promise<Worker | undefined> {
    const data: WorkerData = { limits: this.#options.limits }
    const thread = new Worker(THREAD, {
      workerData: data,
      // The options of this process are about this process.
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: this.#options.maxHeapMb },
    })
    // A thread that waits for work keeps no process alive.
    thread.unref()
    // Without a listener the error would end the process; 'exit' follows, and that is waited for.
    thread.on('error', (error) => {
      this.#lastError = error
    })
    this.#catalogueVersion = undefined
    const first = await next(thread, this.#options.startTimeoutMs, (message) => message.type === 'ready')
    if (typeof first !== 'string') return thread
    await thread.terminate()
    return undefined
  }

  async #discard(thread: Worker): Promise<void> {
    this.#replacements += 1
    if (this.#thread === thread) this.#thread = undefined
    await thread.terminate()
  }
}

/** The next message that is meant, or why there is none. Listeners and timer are gone when it settles. */
function next(
  thread: Worker,
  timeoutMs: number,
  isMeant: (message: Answer) => boolean,
): Promise<Answer | 'timeout' | 'dead'> {
  return new Promise((resolve) => {
    const settle = (outcome: Answer | 'timeout' | 'dead'): void => {
      clearTimeout(timer)
      thread.off('message', onMessage)
      thread.off('exit', onExit)
      resolve(outcome)
    }
    const onMessage = (message: Answer): void => {
      if (isMeant(message)) settle(message)
    }
    const onExit = (): void => settle('dead')
    const timer = setTimeout(() => settle('timeout'), timeoutMs)
    thread.on('message', onMessage)
    thread.on('exit', onExit)
  })
}

function tooSlow(message: string): Analysis {
  return { ok: false, failure: { code: 'too-slow', message, position: undefined } }
}

/** The thread runs compiled code, also where this file runs from source. */
const THREAD = new URL(import.meta.url.endsWith('.ts') ? '../dist/thread.js' : './thread.js', import.meta.url)
