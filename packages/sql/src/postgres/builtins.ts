import type { Effect } from '@sallyport/core'
import { FUNCTION_EFFECTS } from './function-effects.ts'
import {
  AGGREGATES,
  IMMUTABLE_FUNCTIONS,
  INFORMATION_SCHEMA_FUNCTIONS,
  OPERATORS,
  RELATIONS,
  SET_RETURNING_FUNCTIONS,
  STABLE_FUNCTIONS,
  TYPES,
  VOLATILE_FUNCTIONS,
} from './generated/builtins.ts'

/** What a function of pg_catalog does; undefined when there is none of this name. */
export function builtinFunction(name: string): ReadonlySet<Effect> | undefined {
  return FUNCTIONS.get(name)
}

/** Whether information_schema brings a function of this name; all of them only read. */
export function isInformationSchemaFunction(name: string): boolean {
  return INFORMATION_SCHEMA.has(name)
}

/** Whether pg_catalog has an operator of this name; all of them only compute. */
export function isBuiltinOperator(name: string): boolean {
  return OPERATOR_NAMES.has(name)
}

/** Whether pg_catalog has a type of this name. */
export function isBuiltinType(name: string): boolean {
  return TYPE_NAMES.has(name)
}

/** Whether an aggregate of pg_catalog has this name. */
export function isBuiltinAggregate(name: string): boolean {
  return AGGREGATE_NAMES.has(name)
}

/** Whether a function of pg_catalog with this name gives one value for each call. */
export function isBuiltinScalar(name: string): boolean {
  return FUNCTIONS.has(name) && !SET_RETURNING.has(name)
}

/** Whether pg_catalog has a table or view of this name. */
export function isBuiltinRelation(name: string): boolean {
  return RELATION_NAMES.has(name)
}

/** The effects of whatever could not be told. */
export const UNKNOWN: ReadonlySet<Effect> = new Set(['unknown'])
/** The effects of what only computes. */
export const READ: ReadonlySet<Effect> = new Set(['read'])

const words = (lines: readonly string[]): readonly string[] => lines.flatMap((line) => line.split(' '))

// INVARIANT: a volatile function that nobody classified is unknown, never a read.
const FUNCTIONS: ReadonlyMap<string, ReadonlySet<Effect>> = new Map([
  ...words(IMMUTABLE_FUNCTIONS).map((name) => [name, READ] as const),
  ...words(STABLE_FUNCTIONS).map((name) => [name, READ] as const),
  ...words(VOLATILE_FUNCTIONS).map((name) => [name, UNKNOWN] as const),
  ...[...FUNCTION_EFFECTS].map(([name, effects]) => [name, new Set(effects)] as const),
])
const INFORMATION_SCHEMA: ReadonlySet<string> = new Set(words(INFORMATION_SCHEMA_FUNCTIONS))
const OPERATOR_NAMES: ReadonlySet<string> = new Set(words(OPERATORS))
const TYPE_NAMES: ReadonlySet<string> = new Set(words(TYPES))
const RELATION_NAMES: ReadonlySet<string> = new Set(words(RELATIONS))
const AGGREGATE_NAMES: ReadonlySet<string> = new Set(words(AGGREGATES))
const SET_RETURNING: ReadonlySet<string> = new Set(words(SET_RETURNING_FUNCTIONS))
