import type { Analysis, Clock } from '@sallyport/core'
import { ColumnRules, type Exposure, exposureOf, type MaskingRules, Protection } from '@sallyport/masking'
import type { CopyStream } from '@sallyport/sql'
import type { Catalog, CatalogSnapshot } from '../catalog/catalog.ts'
import { factsOf, type StatementFacts } from './facts.ts'
import type { SessionMemory } from './session-memory.ts'
import { stores, storesProtected } from './write-back.ts'

/** Reads texts as the server does; long ones elsewhere, so the answer may be late. */
export interface TextAnalyser {
  readonly analyse: (text: string, searchPath: 'default' | 'unknown') => Analysis | Promise<Analysis>
  /** The stream of a text that is one COPY … TO STDOUT; undefined when it cannot be told. */
  readonly copyStream: (text: string) => CopyStream | undefined
  /** For each statement of a text the columns that it stores from; undefined when it cannot be told. */
  readonly storedColumns: (text: string) => readonly (ReadonlySet<string> | 'all')[] | undefined
}

export interface JudgeOptions {
  readonly analyser: TextAnalyser
  readonly catalog: Catalog
  readonly memory: SessionMemory
  readonly clock: Pick<Clock, 'monotonicMs'>
  /** How old a look at the catalogue may grow before the next statement asks for the newest one, in milliseconds. */
  readonly catalogLookMs: number
  readonly signal: AbortSignal
  /** Whether nothing runs and no transaction is open, so that the catalogue shows all that this session did. */
  readonly settled: () => boolean
}

/**
 * Works out what statements can bring to light under the rules in force. Answers at once where it can; waits for the catalogue where it must.
 * A catalogue that cannot be had is an error, and the session fails with it.
 */
export class StatementJudge {
  readonly #options: JudgeOptions
  #rules: ColumnRules = new ColumnRules([])
  #snapshot: CatalogSnapshot | undefined
  #protection: Protection | undefined
  #lookedMs = Number.NEGATIVE_INFINITY
  #refreshedMs = Number.NEGATIVE_INFINITY
  #judgedBy: { readonly protection: Protection | undefined; readonly epoch: object } | undefined

  constructor(options: JudgeOptions) {
    this.#options = options
  }

  /** No rules: nothing needs to be known about any statement. */
  get idle(): boolean {
    return this.#rules.empty
  }

  /** From the next statement on. Sources are strictest-wins: the floor's and the policy's. */
  setRules(sources: readonly MaskingRules[]): void {
    this.#rules = new ColumnRules(sources)
    this.#options.memory.forgetNames()
    this.#protection = undefined
    this.#judgedBy = undefined
  }

  /** Reads the catalogue when there are rules, so that a session that cannot be masked does not begin. Rejects with AgentError. */
  async prepare(): Promise<void> {
    if (!this.#rules.empty) await this.#look()
  }

  /** The protection that statements were judged by last. */
  get protection(): Protection {
    return this.#protection ?? NO_PROTECTION
  }

  /** The facts of a text that is about to be forwarded. Rejects with AgentError. */
  judge(text: string): StatementFacts | Promise<StatementFacts> {
    const { analyser, memory } = this.#options
    const analysis = analyser.analyse(text, memory.searchPath)
    return analysis instanceof Promise
      ? analysis.then((analysis) => this.#weigh({ text, analysis }))
      : this.#weigh({ text, analysis })
  }

  /** The facts of a statement that was judged when it was prepared, for now. Rejects with AgentError. */
  again(facts: StatementFacts): StatementFacts | Promise<StatementFacts> {
    if (facts.source === undefined || (!this.#due() && facts.judgedBy === this.#basis())) return facts
    return this.#weigh(facts.source)
  }

  /** A statement that was prepared, or a cursor that was declared, in SQL under this name. */
  ofName(kind: 'prepared' | 'cursor', name: string): StatementFacts {
    const exposure = this.#rules.empty ? 'none' : this.#options.memory.named(kind, name)
    return { source: undefined, parts: [], exposure, judgedBy: this.#basis() }
  }

  /** The stream of a text that is one COPY … TO STDOUT; undefined when it cannot be told. */
  copyStream(text: string): CopyStream | undefined {
    return this.#options.analyser.copyStream(text)
  }

  /** Whether a text would store a protected value where nothing protects it. */
  storesProtected({ source, parts, exposure }: StatementFacts): boolean {
    if (exposure === 'none' || source === undefined) return false
    if (!parts.some(({ statement }) => statement !== undefined && stores(statement))) return false
    const stored = this.#options.analyser.storedColumns(source.text)
    return parts.some((part, index) => storesProtected(part, stored?.[index] ?? 'all', this.protection))
  }

  /** Objects of the database have changed, and the catalogue can see it: the next statement waits for a new one. */
  changed(): void {
    this.#options.catalog.invalidate()
    this.#lookedMs = Number.NEGATIVE_INFINITY
  }

  /**
   * Reads the catalogue anew for a statement or result that names what it does not hold. Rejects with AgentError.
   *
   * @param visible what this session did can be seen by others, so a look is worth its while however young the last one is
   */
  async refresh(visible: boolean): Promise<void> {
    const { catalog, memory, settled, signal } = this.#options
    const all = settled()
    this.#refreshedMs = this.#options.clock.monotonicMs()
    if (visible) catalog.invalidate()
    this.#use(await catalog.refresh(this.#snapshot?.version ?? -1, signal))
    if (all) memory.refreshed()
  }

  #weigh(source: { readonly text: string; readonly analysis: Analysis }): StatementFacts | Promise<StatementFacts> {
    if (this.#rules.empty) return factsOf(source, nothingExposed(source.analysis), this.#basis())
    if (this.#protection === undefined || this.#due()) return this.#look().then(() => this.#weighNow(source))
    return this.#weighNow(source)
  }

  #weighNow(source: { readonly text: string; readonly analysis: Analysis }): StatementFacts | Promise<StatementFacts> {
    const first = this.#expose(source)
    if (!first.stale || !this.#worthwhile()) return first.facts
    return this.refresh(this.#options.settled()).then(() => this.#expose(source).facts)
  }

  #expose(source: { readonly text: string; readonly analysis: Analysis }): { facts: StatementFacts; stale: boolean } {
    const { analysis } = source
    const { memory } = this.#options
    if (!analysis.ok) return { facts: factsOf(source, ['unknown'], this.#basis()), stale: false }
    const answers = analysis.statements.map((statement) => exposureOf(statement, this.protection, memory))
    return {
      facts: factsOf(
        source,
        answers.map(({ exposure }) => exposure),
        this.#basis(),
      ),
      stale: answers.some(({ stale }) => stale),
    }
  }

  /**
   * A newer catalogue shows what this session did, once no transaction hides it. Names that nobody has are asked for again now and then only: a
   * client that keeps using one must not keep the catalogue loading.
   */
  #worthwhile(): boolean {
    const { memory, settled, clock, catalogLookMs } = this.#options
    if (memory.doubtful && settled()) return true
    return clock.monotonicMs() - this.#refreshedMs > catalogLookMs
  }

  #due(): boolean {
    if (this.#rules.empty) return false
    return this.#options.clock.monotonicMs() - this.#lookedMs > this.#options.catalogLookMs
  }

  async #look(): Promise<void> {
    this.#use(await this.#options.catalog.current(this.#options.signal))
  }

  #use(snapshot: CatalogSnapshot): void {
    this.#lookedMs = this.#options.clock.monotonicMs()
    if (snapshot === this.#snapshot && this.#protection !== undefined) return
    this.#snapshot = snapshot
    this.#protection = new Protection(this.#rules, snapshot)
  }

  /** One object for as long as nothing changes that exposures rest on. */
  #basis(): object {
    const { epoch } = this.#options.memory
    if (this.#judgedBy?.protection !== this.#protection || this.#judgedBy?.epoch !== epoch) {
      this.#judgedBy = { protection: this.#protection, epoch }
    }
    return this.#judgedBy
  }
}

function nothingExposed(analysis: Analysis): readonly Exposure[] {
  return analysis.ok ? analysis.statements.map(() => 'none') : ['none']
}

const NO_PROTECTION = new Protection(new ColumnRules([]), {
  relation: () => undefined,
  type: () => undefined,
  relations: () => [],
  resolve: () => undefined,
})
