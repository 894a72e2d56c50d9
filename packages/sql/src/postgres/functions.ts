import type { Effect } from '@sallyport/core'
import { fieldsOf, listOf, nameOf, type Fields } from './ast.ts'
import { builtBytes, growsValues } from './built-values.ts'
import {
  builtinFunction,
  isBuiltinOperator,
  isBuiltinType,
  isInformationSchemaFunction,
  READ,
  UNKNOWN,
} from './builtins.ts'
import type { PostgresSettings } from './settings.ts'
import { mayBeUsers } from './user-code.ts'
import type { Handler, Walker } from './walker.ts'

/** Calls: by name, by operator, and by the grammar's own syntax, which comes as a call into pg_catalog. */
export const FUNCTION_HANDLERS: Readonly<Record<string, Handler>> = {
  FuncCall: (walker, body) => {
    const parts = nameOf(body['funcname'])
    if (!isCast(walker.settings, parts, body)) callFunction(walker, parts)
    // A function that the name has as well does not always win over the type.
    callHidden(walker, walker.settings.userCode.types.get(parts.at(-1) ?? ''))
    if (parts.at(-1) === 'set_config' && walker.counted === 'all') walker.facts.settingCalls += 1
    const name = parts.at(-1) ?? ''
    if (growsValues(name)) walker.build(builtBytes(name, body['args']))
    const inner = walker.use === undefined ? undefined : 'other'
    walker.using(inner, body['args'])
    walker.using('order', body['agg_order'])
    walker.using('other', body['agg_filter'])
    const over = fieldsOf(body['over'])
    if (over !== undefined) walker.enter('WindowDef', over)
  },
}

/** Notes a call of the function that the parts of a name mean. */
export function callFunction(walker: Walker, parts: readonly string[]): void {
  const name = parts.at(-1) ?? ''
  const schema = parts.length > 1 ? parts.at(-2) : undefined
  record(walker, schema, name, functionEffects(walker.settings, schema, name))
}

/**
 * Notes that `x.name` or `(x).name` may be the call `name(x)`: it is where x has no column of that name, whatever type x has. What the server brings
 * along for rows only reads.
 */
export function callByField(walker: Walker, name: string, of: 'row' | 'any'): void {
  const { userCode } = walker.settings
  const users = of === 'row' ? userCode.rowFunctions : userCode.fieldFunctions
  if (users.has(name) || !userCode.complete)
    record(walker, undefined, name, vouched(walker.settings, undefined, name) ?? UNKNOWN)
  else if (of === 'any' && builtinFunction(name) !== undefined) callFunction(walker, [name])
}

/** Notes calls that are made without being written: `schema.name` each. */
export function callHidden(walker: Walker, functions: readonly string[] | undefined): void {
  for (const qualified of functions ?? []) {
    const dot = qualified.indexOf('.')
    callFunction(walker, [qualified.slice(0, dot), qualified.slice(dot + 1)])
  }
}

/** Notes the use of an operator; those of pg_catalog only compute. */
export function callOperator(walker: Walker, parts: readonly string[]): void {
  const name = parts.at(-1) ?? ''
  const schema = parts.length > 1 ? parts.at(-2) : undefined
  const listed = vouched(walker.settings, schema, name)
  if (listed !== undefined) {
    record(walker, schema, name, listed)
    return
  }
  if (!isBuiltinOperator(name) || !meansCatalogue(walker.settings, 'operators', schema, name)) {
    record(walker, schema, name, UNKNOWN)
  }
}

/** The effects of a call: policy's word first, then what the server brings along, else unknown. */
export function functionEffects(
  settings: PostgresSettings,
  schema: string | undefined,
  name: string,
): ReadonlySet<Effect> {
  const listed = vouched(settings, schema, name)
  if (listed !== undefined) return listed
  if (schema === 'information_schema') return isInformationSchemaFunction(name) ? READ : UNKNOWN
  if (meansCatalogue(settings, 'functions', schema, name)) {
    const builtin = builtinFunction(name)
    if (builtin !== undefined) return builtin
    if (schema !== undefined) return UNKNOWN
  }
  // Where the extension is installed nobody can tell; that it speaks to other servers is in its name.
  return name.startsWith('dblink') ? NETWORK : UNKNOWN
}

/**
 * Whether a name means pg_catalog's. One without schema does while pg_catalog is searched first, which it is unless the search path names it
 * elsewhere, and while users have nothing of that name: theirs may win by its argument types.
 */
function meansCatalogue(
  { searchPath, userCode }: PostgresSettings,
  names: 'functions' | 'operators',
  schema: string | undefined,
  name: string,
): boolean {
  if (schema !== undefined && schema !== 'pg_catalog') return false
  if (schema === undefined && (searchPath === 'unknown' || searchPath.indexOf('pg_catalog') > 0)) return false
  return !mayBeUsers(userCode, names, schema, name)
}

/** Whether name(x) is the cast of x to the type of that name, which it is where no function has it. */
function isCast(settings: PostgresSettings, parts: readonly string[], body: Fields): boolean {
  const [name = ''] = parts
  if (parts.length !== 1 || listOf(body['args']).length !== 1 || !isBuiltinType(name)) return false
  return (
    meansCatalogue(settings, 'functions', undefined, name) && functionEffects(settings, undefined, name) === UNKNOWN
  )
}

function vouched(
  settings: PostgresSettings,
  schema: string | undefined,
  name: string,
): ReadonlySet<Effect> | undefined {
  if (settings.functions.size === 0) return undefined
  const listed = settings.functions.get(schema === undefined ? name : `${schema}.${name}`)
  return listed === undefined ? undefined : new Set(listed)
}

function record(walker: Walker, schema: string | undefined, name: string, effects: ReadonlySet<Effect>): void {
  walker.facts.functions.set(`${schema ?? ''}\0${name}`, { schema, name, effects })
  walker.add(effects)
}

const NETWORK: ReadonlySet<Effect> = new Set(['network', 'unknown'])
