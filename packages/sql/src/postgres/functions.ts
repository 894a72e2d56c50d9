import type { Effect } from '@sallyport/core'
import { fieldsOf, listOf, nameOf } from './ast.ts'
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
import type { Handler, Walker } from './walker.ts'

/** Calls: by name, by operator, and by the grammar's own syntax, which comes as a call into pg_catalog. */
export const FUNCTION_HANDLERS: Readonly<Record<string, Handler>> = {
  FuncCall: (walker, body) => {
    const parts = nameOf(body['funcname'])
    const cast = parts.length === 1 && listOf(body['args']).length === 1 && isBuiltinType(parts[0] ?? '')
    if (!cast || functionEffects(walker.settings, undefined, parts[0] ?? '') !== UNKNOWN) callFunction(walker, parts)
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
  const known = of === 'any' && builtinFunction(name) !== undefined
  const user = walker.settings.catalogue?.hasUserFunction(name) === true
  if (known || user) callFunction(walker, [name])
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
  const builtin =
    isBuiltinOperator(name) &&
    (schema === 'pg_catalog' || (schema === undefined && meansCatalogue(walker.settings, name, 'hasUserOperator')))
  if (!builtin) record(walker, schema, name, UNKNOWN)
}

/** The effects of a call: policy's word first, then what the server brings along, else unknown. */
export function functionEffects(
  settings: PostgresSettings,
  schema: string | undefined,
  name: string,
): ReadonlySet<Effect> {
  const listed = vouched(settings, schema, name)
  if (listed !== undefined) return listed
  if (schema === 'pg_catalog') return builtinFunction(name) ?? UNKNOWN
  if (schema === 'information_schema') return isInformationSchemaFunction(name) ? READ : UNKNOWN
  if (schema === undefined && meansCatalogue(settings, name, 'hasUserFunction')) {
    const builtin = builtinFunction(name)
    if (builtin !== undefined) return builtin
  }
  // Where the extension is installed nobody can tell; that it speaks to other servers is in its name.
  return name.startsWith('dblink') ? NETWORK : UNKNOWN
}

/**
 * Whether an unqualified name means pg_catalog's. It does while pg_catalog is searched first, which it is unless the search path
 * names it elsewhere. A function of another schema may still win by its argument types; the catalogue knows such names.
 */
function meansCatalogue(settings: PostgresSettings, name: string, ask: 'hasUserFunction' | 'hasUserOperator'): boolean {
  if (settings.searchPath === 'unknown' || settings.searchPath.indexOf('pg_catalog') > 0) return false
  return settings.catalogue?.[ask](name) !== true
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
