import { LAST_STATEMENT, type StatementShape } from '../frontend/codec.ts'
import type { MutableEntry, MutableStatement, PreparedStatement } from './entry.ts'

/**
 * What a statement's id means to a command sent now. `unknown`: nothing, and the server would say so. `unsettled`: it depends on replies that have
 * not come; hold the command until `pending` is 0, then ask again.
 */
export type Lookup<V> =
  | { readonly state: 'known'; readonly value: V }
  | { readonly state: 'unknown' }
  | { readonly state: 'unsettled' }

/** Prepared statements by their ids. The server never gives an id twice in a session, so what was known stays right until it is closed. */
export class Statements<C> {
  readonly #byId = new Map<number, MutableStatement<C>>()
  /** What MariaDB's id -1 means to a command sent now; 'unknown' after a COM_STMT_PREPARE that did not come to a good end. */
  #last: MutableStatement<C> | 'unknown' = 'unknown'
  #preparing = 0
  /** The COM_STMT_PREPARE that was sent last; undefined when the last was refused. */
  #newest: MutableEntry<C> | undefined
  #resetting = 0

  get size(): number {
    return this.#byId.size
  }

  get known(): number {
    return this.#byId.size + this.#preparing
  }

  values(): Iterable<PreparedStatement<C>> {
    return [...this.#byId.values()].filter(({ injected }) => !injected)
  }

  /** A statement of the frontend's (`injected` false), or one that was injected. The two do not see each other's. */
  lookup(id: number, injected: boolean): Lookup<MutableStatement<C>> {
    if (this.#resetting > 0) return UNSETTLED
    if (id === LAST_STATEMENT) {
      if (this.#preparing > 0) return UNSETTLED
      return this.#last === 'unknown' ? UNKNOWN : { state: 'known', value: this.#last }
    }
    const statement = this.#byId.get(id)
    if (statement !== undefined) return statement.injected === injected ? { state: 'known', value: statement } : UNKNOWN
    return this.#preparing > 0 ? UNSETTLED : UNKNOWN
  }

  shapeFor(id: number): StatementShape | undefined {
    const found = this.lookup(id, false)
    return found.state === 'known' ? found.value : undefined
  }

  /** COM_STMT_PREPARE is sent, or refused: until it comes to a good end, nothing is the last. */
  prepares(entry: MutableEntry<C>): void {
    if (!entry.local) this.#preparing += 1
    this.#newest = entry.local ? undefined : entry
    this.#last = 'unknown'
  }

  /** COM_STMT_PREPARE is answered; `statement` if well. */
  prepared(entry: MutableEntry<C>, statement: MutableStatement<C> | undefined): void {
    this.#preparing -= 1
    if (statement === undefined) return
    this.#byId.set(statement.id, statement)
    // INVARIANT: the frontend's last statement is never one that was injected.
    if (this.#newest === entry && !statement.injected) this.#last = statement
  }

  /** COM_STMT_CLOSE is sent. */
  closes(statement: MutableStatement<C>): void {
    this.#byId.delete(statement.id)
    if (this.#last === statement) this.#last = 'unknown'
  }

  /** COM_RESET_CONNECTION is sent. */
  resets(): void {
    this.#resetting += 1
  }

  /** COM_RESET_CONNECTION is answered; when well, all statements are gone. */
  reset(done: boolean): void {
    this.#resetting -= 1
    if (!done) return
    this.#byId.clear()
    this.#last = 'unknown'
  }
}

/** The statement that COM_STMT_PREPARE made, from what its entry collected. */
export function newStatement<C>(entry: MutableEntry<C>, id: number, parameterCount: number): MutableStatement<C> {
  return {
    id,
    context: entry.context,
    injected: entry.injected,
    parameterCount,
    columns: undefined,
    parameterTypes: undefined,
    backendTypes: undefined,
    cursorColumns: undefined,
    longData: new Set(),
    refusal: undefined,
  }
}

const UNKNOWN = { state: 'unknown' } as const
const UNSETTLED = { state: 'unsettled' } as const
