import { createHash } from 'node:crypto'
import type { GatewayConnection } from '@sallyport/config'
import type { Analysis } from '@sallyport/core'
import { NO_USER_CODE, UNKNOWN_USER_CODE, userCodeOf, withUserCode, type UserCode } from '@sallyport/sql'
import type { UserCodeLists } from '@sallyport/tunnel'
import type { Inspector } from './inspector.ts'

/**
 * Reads the texts of one session, by what its agent last said of the code that users brought into the database, and by what the session itself
 * has brought in since: the agent sees that only when it is committed.
 */
export class SessionReader {
  readonly #inspector: Inspector
  readonly #connection: () => GatewayConnection
  /** What may stand behind names that were prepared in SQL is no longer known. */
  readonly #onChange: () => void
  #told: UserCode
  #own = NO_USER_CODE
  #code: UserCode
  #changed = false

  constructor(inspector: Inspector, connection: () => GatewayConnection, told: UserCodeLists, onChange: () => void) {
    this.#inspector = inspector
    this.#connection = connection
    this.#onChange = onChange
    this.#told = interned(told)
    this.#code = this.#told
  }

  /**
   * The facts of a text, a promise where it is long.
   *
   * @param parameterTypes OIDs that a Parse declares
   */
  inspect(text: string, parameterTypes: readonly number[] = []): Analysis | Promise<Analysis> {
    const analysis = this.#inspector.inspect(this.#connection(), this.#code, text)
    const complete = (facts: Analysis): Analysis | Promise<Analysis> =>
      this.#bindRunsCode(parameterTypes) ? withUnknown(facts) : this.#withOwnDefinitions(text, facts)
    return analysis instanceof Promise ? analysis.then(complete) : complete(analysis)
  }

  /** The facts of a text that was inspected before, for now: the same, unless what users brought in has changed in this session. */
  again(text: string, before: Analysis, parameterTypes: readonly number[] = []): Analysis | Promise<Analysis> {
    return this.#changed ? this.inspect(text, parameterTypes) : before
  }

  /** The agent says what it is from now on. */
  told(lists: UserCodeLists): void {
    this.#told = interned(lists)
    this.#change(this.#own === NO_USER_CODE ? this.#told : withUserCode(this.#told, this.#own))
  }

  /** A text goes to the database: what it defines counts for those behind it, whether it succeeds or not. */
  forwarded(text: string, analysis: Analysis): void {
    if (!defines(analysis)) return
    const { withDefinitions } = this.#inspector
    const code = withDefinitions(this.#code, text)
    if (code === this.#code) return
    this.#own = short(withDefinitions(this.#own, text))
    const { functions, operators, types } = this.#own
    this.#change(functions.size + operators.size + types.size > MAX_OWN_NAMES ? UNKNOWN_USER_CODE : short(code))
  }

  /** Whether making a value of a declared type may run code of users, as a domain's check does: which types those are their OIDs do not say. */
  #bindRunsCode(parameterTypes: readonly number[]): boolean {
    if (!parameterTypes.some((oid) => oid >= FIRST_OWN_OID)) return false
    const { functions } = this.#connection()
    const vouched = (name: string): boolean => functions.get(name)?.every((effect) => effect === 'read') === true
    return !this.#code.complete || [...this.#code.types.values()].some((calls) => !calls.every(vouched))
  }

  #change(code: UserCode): void {
    if (code.version === this.#code.version) return
    this.#code = code
    this.#changed = true
    this.#onChange()
  }

  /** A text that defines something, and then uses it, is read as if it were there already. */
  #withOwnDefinitions(text: string, analysis: Analysis): Analysis | Promise<Analysis> {
    if (!analysis.ok || analysis.statements.length < 2 || !defines(analysis)) return analysis
    const code = this.#inspector.withDefinitions(this.#code, text)
    return code === this.#code ? analysis : this.#inspector.inspect(this.#connection(), short(code), text)
  }
}

function defines(analysis: Analysis): boolean {
  return analysis.ok && analysis.statements.some(({ effects }) => effects.has('ddl'))
}

/** The same facts of a text that runs code besides. */
function withUnknown(analysis: Analysis): Analysis {
  if (!analysis.ok) return analysis
  const statements = analysis.statements.map((statement) => ({
    ...statement,
    effects: new Set([...statement.effects, 'unknown' as const]),
  }))
  return { ok: true, statements }
}

/** The same under a version of bounded length. */
function short(code: UserCode): UserCode {
  return { ...code, version: digest(code.version) }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** Sessions that are told the same share one object. */
function interned(lists: UserCodeLists): UserCode {
  const { complete, functions, operators, fieldFunctions, rowFunctions, types, relations, casts } = lists
  const content = [complete, functions, operators, fieldFunctions, rowFunctions, types, relations, casts]
  const version = digest(JSON.stringify(content))
  const known = INTERNED.get(version) ?? userCodeOf(version, lists)
  INTERNED.delete(version)
  INTERNED.set(version, known)
  const [oldest] = INTERNED.keys()
  if (INTERNED.size > MAX_INTERNED && oldest !== undefined) INTERNED.delete(oldest)
  return known
}

/** FirstNormalObjectId of transam.h: types with smaller OIDs came with the server. */
const FIRST_OWN_OID = 16_384
const INTERNED = new Map<string, UserCode>()
/** Databases, in all their states, of which sessions share what is known. */
const MAX_INTERNED = 64
/** Names that one session may define before every name without schema counts as its own. */
const MAX_OWN_NAMES = 10_000
