/**
 * The code that users brought into a database, as far as a text can have it run without naming it theirs: by a name that the server has,
 * too, by column notation, by a cast, by a check of a domain. It is data, so that it can travel; an agent reads it from the database.
 */
export interface UserCode {
  /** Names the content: equal for equal content, and part of every cache key. */
  readonly version: string
  /** False where not everything is known: every name without schema may then be a user's. */
  readonly complete: boolean
  /** Names of functions that pg_catalog has as well; `pg_catalog.name` for those that users put there. */
  readonly functions: ReadonlySet<string>
  /** The same of operators. */
  readonly operators: ReadonlySet<string>
  /** Names of functions that can be called with one argument of any type: `(x).name` may mean them. */
  readonly fieldFunctions: ReadonlySet<string>
  /** Those of them that take a row: `t.name` may mean them. */
  readonly rowFunctions: ReadonlySet<string>
  /** Types, by name alone, with the functions (`schema.name`) that making a value of them may call. */
  readonly types: ReadonlyMap<string, readonly string[]>
  /** Relations, by name alone, with the functions that an expression over their columns may call through casts. */
  readonly relations: ReadonlyMap<string, readonly string[]>
  /** Functions that any expression may call: those of casts between types of the server's own. */
  readonly casts: readonly string[]
}

/** A database in which nobody defined anything. */
export const NO_USER_CODE: UserCode = {
  version: '',
  complete: true,
  functions: new Set(),
  operators: new Set(),
  fieldFunctions: new Set(),
  rowFunctions: new Set(),
  types: new Map(),
  relations: new Map(),
  casts: [],
}

/** A database of which nobody could tell: only what names pg_catalog is the server's. */
export const UNKNOWN_USER_CODE: UserCode = { ...NO_USER_CODE, version: 'unknown', complete: false }

/** Whether a call of a name without schema, or with the schema pg_catalog, may be one of a user's function. */
export function mayBeUsers(
  code: UserCode,
  names: 'functions' | 'operators',
  schema: string | undefined,
  name: string,
): boolean {
  return schema === undefined
    ? !code.complete || code[names].has(name) || code[names].has(`pg_catalog.${name}`)
    : code[names].has(`${schema}.${name}`)
}

/** The code of users as it travels: as lists. */
export interface UserCodeParts {
  readonly complete: boolean
  readonly functions: readonly string[]
  readonly operators: readonly string[]
  readonly fieldFunctions: readonly string[]
  readonly rowFunctions: readonly string[]
  readonly types: readonly { readonly name: string; readonly functions: readonly string[] }[]
  readonly relations: readonly { readonly name: string; readonly functions: readonly string[] }[]
  readonly casts: readonly string[]
}

/**
 * Makes lists what texts are read by.
 *
 * @param version names the content
 */
export function userCodeOf(version: string, parts: UserCodeParts): UserCode {
  const byName = (of: UserCodeParts['types']): ReadonlyMap<string, readonly string[]> =>
    new Map(of.map(({ name, functions }) => [name, functions]))
  return {
    version,
    complete: parts.complete,
    functions: new Set(parts.functions),
    operators: new Set(parts.operators),
    fieldFunctions: new Set(parts.fieldFunctions),
    rowFunctions: new Set(parts.rowFunctions),
    types: byName(parts.types),
    relations: byName(parts.relations),
    casts: parts.casts,
  }
}

/** What is in one or the other. */
export function withUserCode(one: UserCode, other: UserCode): UserCode {
  const both = <T>(left: Iterable<T>, right: Iterable<T>): ReadonlySet<T> => new Set([...left, ...right])
  return {
    version: `${one.version}&${other.version}`,
    complete: one.complete && other.complete,
    functions: both(one.functions, other.functions),
    operators: both(one.operators, other.operators),
    fieldFunctions: both(one.fieldFunctions, other.fieldFunctions),
    rowFunctions: both(one.rowFunctions, other.rowFunctions),
    types: together(one.types, other.types),
    relations: together(one.relations, other.relations),
    casts: [...both(one.casts, other.casts)],
  }
}

function together(one: UserCode['types'], other: UserCode['types']): UserCode['types'] {
  const all = new Map(one)
  for (const [name, functions] of other) all.set(name, [...new Set([...(all.get(name) ?? []), ...functions])])
  return all
}
