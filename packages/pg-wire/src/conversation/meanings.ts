import type { SessionMessage } from '../frontend/message.ts'
import type { MutableEntry, MutablePortal, MutableStatement } from './entry.ts'
import { type Change, type Lookup, Names, type Outcome } from './names.ts'

/**
 * Names that the SQL of a Query, Execute or FunctionCall may give another meaning or take away: PREPARE, DEALLOCATE and DISCARD for
 * statements, DECLARE and CLOSE for portals; 'all' where it cannot be told. The protocol does not show these.
 */
export interface SqlNames {
  readonly statements?: readonly string[] | 'all' | undefined
  readonly portals?: readonly string[] | 'all' | undefined
}

/** What the names of statements and portals mean, now and for messages on their way. */
export class Meanings<C> {
  readonly statements: Names<MutableStatement<C>> = new Names()
  readonly portals: Names<MutablePortal<C>> = new Names()
  /** Counts the Syncs sent. */
  #segment = 0

  statementFor(name: string): Lookup<MutableStatement<C>> {
    return this.statements.lookup(name, this.#segment)
  }

  portalFor(name: string): Lookup<MutablePortal<C>> {
    return this.portals.lookup(name, this.#segment)
  }

  /** Notes in the entry what its message is about, and what it will change once it is answered. */
  propose(entry: MutableEntry<C>, message: SessionMessage, sql: SqlNames | undefined): void {
    const segment = this.#segment
    switch (message.type) {
      case 'Parse':
        entry.name = message.name
        entry.statement = {
          name: message.name,
          context: entry.context,
          parameterTypes: message.parameterTypes,
          fields: undefined,
        }
        if (entry.refusal === undefined) {
          entry.statementChanges = [this.statements.define(message.name, entry.statement, segment)]
        } else if (message.name === '') {
          // Even a Parse that fails does away with the unnamed statement.
          entry.statementChanges = [this.statements.drop('', segment)]
        }
        break
      case 'Bind':
        entry.name = message.portal
        entry.statement = valueOf(this.statementFor(message.statement))
        entry.boundName = message.statement
        entry.portal = {
          name: message.portal,
          context: entry.context,
          statement: entry.statement,
          resultFormats: message.resultFormats,
          fields: undefined,
        }
        if (entry.refusal === undefined) {
          entry.portalChanges = [this.portals.define(message.portal, entry.portal, segment)]
        }
        break
      case 'Describe':
        entry.name = message.name
        entry.target = message.target
        if (message.target === 'statement') entry.statement = valueOf(this.statementFor(message.name))
        else entry.portal = valueOf(this.portalFor(message.name))
        break
      case 'Close':
        entry.name = message.name
        entry.target = message.target
        if (entry.refusal !== undefined) break
        if (message.target === 'statement') entry.statementChanges = [this.statements.drop(message.name, segment)]
        else entry.portalChanges = [this.portals.drop(message.name, segment)]
        break
      case 'Execute':
        entry.name = message.portal
        entry.portal = valueOf(this.portalFor(message.portal))
        this.#proposeSql(entry, sql)
        break
      case 'Query':
        // A Query does away with the unnamed statement, whatever its text, and its statements run in the unnamed portal.
        entry.statementChanges = [this.statements.drop('', segment)]
        entry.portalChanges = [this.portals.drop('', segment)]
        this.#proposeSql(entry, sql)
        break
      case 'FunctionCall':
        this.#proposeSql(entry, sql)
        break
      case 'Sync':
        this.#segment += 1
        break
      case 'CopyData':
      case 'CopyDone':
      case 'CopyFail':
      case 'Flush':
      case 'Terminate':
    }
  }

  /** The message of the entry has been answered, or skipped. */
  settle(entry: MutableEntry<C>, outcome: Outcome): void {
    for (const change of entry.statementChanges) this.statements.settle(change, outcome)
    for (const change of entry.portalChanges) this.portals.settle(change, outcome)
  }

  #proposeSql(entry: MutableEntry<C>, sql: SqlNames | undefined): void {
    if (sql === undefined || entry.refusal !== undefined) return
    const { statements, portals } = sql
    if (statements !== undefined) {
      entry.statementChanges = [...entry.statementChanges, ...unclear(this.statements, statements, this.#segment)]
    }
    if (portals !== undefined) {
      entry.portalChanges = [...entry.portalChanges, ...unclear(this.portals, portals, this.#segment)]
    }
  }
}

function unclear<V>(names: Names<V>, which: readonly string[] | 'all', segment: number): Change<V>[] {
  return which === 'all' ? [names.unclear(undefined, segment)] : which.map((name) => names.unclear(name, segment))
}

function valueOf<V>(lookup: Lookup<V>): V | undefined {
  return lookup.state === 'known' ? lookup.value : undefined
}
