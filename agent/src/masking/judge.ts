import type { Analysis, Clock, Statement } from '@sallyport/core'
import { ColumnRules, type Exposure, type ExposureAnswer, type MaskingRules, Protection } from '@sallyport/masking'
import type { Catalog, CatalogSnapshot } from '../catalog/catalog.ts'
import { factsOf, type StatementFacts } from './facts.ts'

/** What a session has done that its later statements can bring to light, as far as the judge must know. */
export interface JudgedMemory {
  /** Objects may have changed since the catalogue was read. */
  readonly doubtful: boolean
  /** Changes whenever an answer about a statement may. */
  readonly epoch: object
  readonly named: (kind: 'prepared' | 'cursor', name: string) => Exposure
  /** Other rules are in force: what was judged by the old ones is not known any more. */
  readonly forgetNames: () => void
  /** A catalogue that was read after everything this session did is in use. */
  readonly refreshed: () => void
}

export interface JudgeOptions {
  /** Reads a text as the server would now; long ones elsewhere, so the answer may be late. */
  readonly read: (text: string) => Analysis | Promise<Analysis>
  /** What a statement can bring to light, by the engine's own channels. */
  readonly expose: (statement: Statement, protection: Protection, text: string) => ExposureAnswer
  /** Whether a text would store a protected value where nothing protects it. */
  readonly stores: (facts: StatementFacts, protection: Protection) => boolean
  readonly catalog: Catalog
  readonly memory: JudgedMemory
  /** Columns of the server's own relations where values of others come to light, as the engine has them. */
  readonly carriers?: (schema: string, relation: string) => ReadonlySet<string> | undefined
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
    const analysis = this.#options.read(text)
    return analysis instanceof Promise
      ? analysis.then((analysis) => this.#weigh({ text, analysis }))
      : this.#weigh({ text, analysis })
  }

  /** The facts of something that is no text. */
  unreadable(analysis: Analysis): StatementFacts {
    return factsOf({ text: '', analysis }, [this.#rules.empty ? 'none' : 'unknown'], this.#basis())
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

  /** Whether a text would store a protected value where nothing protects it. */
  storesProtected(facts: StatementFacts): boolean {
    if (facts.exposure === 'none' || facts.source === undefined) return false
    return this.#options.stores(facts, this.protection)
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
    if (!analysis.ok) return { facts: factsOf(source, ['unknown'], this.#basis()), stale: false }
    const answers = analysis.statements.map((statement) =>
      this.#options.expose(statement, this.protection, source.text),
    )
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
    this.#protection = new Protection(this.#rules, snapshot, this.#options.carriers)
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

/** How long a look at the catalogue serves before the next statement asks for the newest one. */
export const CATALOG_LOOK_MS = 1000

const NO_PROTECTION = new Protection(new ColumnRules([]), {
  relation: () => undefined,
  type: () => undefined,
  relations: () => [],
  resolve: () => undefined,
})
