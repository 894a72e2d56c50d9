import type { Analysis } from '@sallyport/core'
import type { StatementLimit } from './statement-limit.ts'

/** Limits of the cursors that SQL declares: all that is fetched from one is one result, in however many pieces it comes. */
export class CursorLimits {
  readonly #limits = new Map<string, StatementLimit>()

  /** The limit for a text: that of the cursor, when it is a FETCH and something was fetched before; else its own. */
  forText(analysis: Analysis, own: StatementLimit | undefined): StatementLimit | undefined {
    const [only, ...more] = analysis.ok ? analysis.statements : []
    const session = only?.session
    return session?.type === 'fetch' && more.length === 0 ? this.forCursor(session.name, own) : own
  }

  /** The limit for a fetch from a cursor. */
  forCursor(name: string, own: StatementLimit | undefined): StatementLimit | undefined {
    const known = this.#limits.get(name)
    if (known !== undefined || own === undefined) return known
    // More cursors than anybody has: their fetches are limited one by one.
    if (this.#limits.size >= MAX_CURSORS) return own
    own.lasts = true
    this.#limits.set(name, own)
    return own
  }

  /** A text was forwarded: a cursor that it declares begins anew. */
  note(analysis: Analysis): void {
    if (this.#limits.size === 0 || !analysis.ok) return
    for (const { session } of analysis.statements) if (session?.type === 'declare') this.#limits.delete(session.name)
  }
}

/** Cursors of one session whose fetches are counted together. */
const MAX_CURSORS = 1000
