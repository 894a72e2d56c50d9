import type { Statement } from '@sallyport/core'
import { type Exposure, foldName, isDiagnostic, type MysqlSessionExposure, worse } from '@sallyport/masking'
import type { StatementFacts } from '../facts.ts'

/**
 * What a session has done that later statements can bring to light. It only ever grows: which statements succeeded and which were rolled back shows too
 * late.
 */
export class SessionMemory implements MysqlSessionExposure {
  readonly #prepared = new Map<string, Exposure>()
  readonly #made = new Set<string>()
  #tainted = false
  #doubtful = false
  #warned = false
  #ran = false
  #epoch = {}

  /** Code that no text showed has run: variables and temporary tables may hold anything. */
  get tainted(): boolean {
    return this.#tainted
  }

  /** Objects may have changed since the catalogue was read. */
  get doubtful(): boolean {
    return this.#doubtful
  }

  get warned(): boolean {
    return this.#warned
  }

  /** Changes whenever the answer of this object about a statement may. */
  get epoch(): object {
    return this.#epoch
  }

  named(kind: 'prepared' | 'cursor', name: string): Exposure {
    return kind === 'prepared' ? (this.#prepared.get(foldName(name)) ?? 'unknown') : 'unknown'
  }

  made(schema: string | undefined, name: string): boolean {
    return this.#made.has(keyOf(schema, name))
  }

  /** A statement has been judged: whatever it has to say, the next may ask for. */
  judged(kind: string, exposure: Exposure): void {
    if (exposure !== 'none' && !isDiagnostic(kind)) this.#warned = true
  }

  /** A text is about to be forwarded. */
  run({ parts, exposure }: StatementFacts): void {
    this.#ran = true
    if (parts.length === 0 && exposure === 'unknown') this.#mark(true, true)
    for (const part of parts) if (part.statement !== undefined) this.#remember(part.statement, part.exposure)
  }

  /** Other rules are in force: what was judged by the old ones is not known any more. */
  forgetNames(): void {
    this.#prepared.clear()
    this.#made.clear()
    // What ran under other rules may have left behind, and may have to say, what these protect.
    this.#warned ||= this.#ran
    if (this.#ran) this.#mark(true, true)
  }

  /** A catalogue that was read after everything this session did is in use. */
  refreshed(): void {
    this.#doubtful = false
    this.#epoch = {}
  }

  #remember(statement: Statement, exposure: Exposure): void {
    const { effects, kind, relations, session } = statement
    if (effects.has('ddl')) this.#mark(this.#tainted, true)
    if (exposure === 'unknown' && !isDiagnostic(kind) && UNSEEN.some((effect) => effects.has(effect))) {
      this.#mark(true, true)
    }
    if (MAKING.test(kind) && exposure === 'none') {
      for (const { access, schema, name } of relations) {
        if (access === 'write' && this.#made.size < MAX_NAMES) this.#made.add(keyOf(schema, name))
      }
    }
    if (session?.type === 'prepare') {
      const key = foldName(session.name)
      // Beyond the bound nothing more is remembered, and what is not remembered is unknown.
      if (this.#prepared.size < MAX_NAMES || this.#prepared.has(key)) {
        this.#prepared.set(key, worse(this.#prepared.get(key) ?? 'none', exposure))
      }
    }
  }

  #mark(tainted: boolean, doubtful: boolean): void {
    if (tainted === this.#tainted && doubtful === this.#doubtful) return
    this.#tainted = tainted
    this.#doubtful = doubtful
    this.#epoch = {}
  }
}

function keyOf(schema: string | undefined, name: string): string {
  return `${foldName(schema ?? '')}\0${foldName(name)}`
}

/** Code, and data, that come from elsewhere than the text. */
const UNSEEN = ['procedural', 'unknown', 'file'] as const
/** Statements that make tables. */
const MAKING = /^create-table(?:-|$)/
const MAX_NAMES = 1000
