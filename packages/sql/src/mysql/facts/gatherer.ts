import type { Effect, Predicate } from '@sallyport/core'
import { emptyFacts, type Facts, type Mention } from '../../postgres/facts.ts'
import type { Path } from '../grammar/ast.ts'
import type { MysqlSettings } from '../settings.ts'
import { innerScope, type Scope } from './scope.ts'

/**
 * The facts of one statement while they are gathered, and where in the statement the gathering stands. What a visit sets (scope, counted,
 * access) it restores when it leaves.
 */
export class Gatherer {
  readonly facts: Facts = emptyFacts()
  readonly settings: MysqlSettings
  /** What values are computed with: of a statement that is kept for later nobody knows the sql_mode that it will meet. */
  readonly values: MysqlSettings
  scope: Scope = innerScope(undefined)
  /**
   * Which effects count: `all` where the part runs; `planned` where it is only planned, which may call functions but changes no
   * rows; `none` where it is stored for later.
   */
  counted: 'all' | 'planned' | 'none' = 'all'
  /** Inside ORDER BY and its like a name may be an alias of the select list. */
  seesOutputs = false

  constructor(settings: MysqlSettings, values: MysqlSettings = settings) {
    this.settings = settings
    this.values = values
  }

  /** What a statement or clause does. */
  add(...effects: readonly Effect[]): void {
    if (this.counted === 'none') return
    for (const effect of effects) {
      if (this.counted === 'planned' && effect === 'write') continue
      this.facts.effects.add(effect)
    }
  }

  /** What a function does: planning may call it. */
  addCalled(effects: ReadonlySet<Effect>): void {
    if (this.counted === 'none') return
    for (const effect of effects) this.facts.effects.add(effect)
  }

  /** Notes that the statement touches a relation. A name without schema is of the current database. */
  mention(path: Path, access: 'read' | 'write'): Mention {
    const { lowerCaseTableNames, database } = this.settings
    const spelled = (part: string): string => (lowerCaseTableNames === 0 ? part : part.toLowerCase())
    const name = spelled(path.at(-1) ?? '')
    const given = path.length > 1 ? path.at(-2) : database
    const schema = given === undefined ? undefined : spelled(given)
    // What is only planned writes nothing.
    const real = this.counted === 'planned' ? 'read' : access
    const mention: Mention = { schema, name, access: real, columns: new Set(), all: false }
    this.facts.mentions.push(mention)
    if (real === 'write') this.#noteSystemWrite(schema)
    return mention
  }

  predicate(relation: string | undefined, column: string, use: Predicate['use']): void {
    this.facts.predicates.set(`${relation ?? ''}\0${column}\0${use}`, { relation, column, use })
  }

  /** Runs a part at a level of names of its own. */
  inScope(part: () => void): void {
    const before = this.scope
    this.scope = innerScope(before)
    part()
    this.scope = before
  }

  /** The server's own tables hold its accounts and settings. */
  #noteSystemWrite(schema: string | undefined): void {
    const system = schema?.toLowerCase()
    if (system === 'mysql') this.add('admin', 'dcl')
    else if (system === 'performance_schema' || system === 'sys' || system === 'information_schema') this.add('admin')
  }
}
