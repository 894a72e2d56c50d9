import { builtinFunction, isBuiltinOperator } from '@sallyport/sql'
import type { UserCodeLists } from '@sallyport/tunnel'
import { messageSource } from '../../database/postgres/messages.ts'
import type { Database } from '../../database/postgres/open.ts'
import { type QueryBounds, runQueries } from '../../database/postgres/query.ts'
import { AgentError } from '../../errors.ts'
import { FIRST_OWN_OID } from './load.ts'
import {
  containersQuery,
  domainChecksQuery,
  userCastsQuery,
  userFunctionsQuery,
  userOperatorsQuery,
} from './user-code-queries.ts'

/** How much of the code of users is told of one database; beyond it nothing is, and every name without schema counts as a user's. */
export const USER_CODE_BOUNDS: QueryBounds = { maxRows: 20_000, maxBytes: 384 * 1024 }

/**
 * Reads what users brought into a database and texts can run without naming it theirs, on a session of the agent's own. What it asks every role
 * may read. Throws AgentError `catalog-failed`, `catalog-too-large`, and as the connection does.
 */
export async function loadUserCode(
  { socket, leftover, serverVersion }: Pick<Database, 'socket' | 'leftover' | 'serverVersion'>,
  bounds: QueryBounds,
  signal: AbortSignal,
): Promise<UserCodeLists> {
  const functions: string[] = []
  const operators: string[] = []
  const fieldFunctions: string[] = []
  const rowFunctions: string[] = []
  /** By the OID of their type. */
  const checked = new Map<number, string[]>()
  const cast = new Map<number, string[]>()
  const casts: string[] = []
  const connection = { socket, messages: messageSource(socket, signal, leftover) }
  await runQueries(
    connection,
    [
      {
        text: userFunctionsQuery(FIRST_OWN_OID),
        onRow: ([name = '', system, field, row]) => {
          // A name that no server of ours has is unknown by itself.
          if (builtinFunction(name) !== undefined) functions.push(name)
          if (system === 't') functions.push(`pg_catalog.${name}`)
          if (field === 't') fieldFunctions.push(name)
          if (row === 't') rowFunctions.push(name)
        },
      },
      {
        text: userOperatorsQuery(FIRST_OWN_OID),
        onRow: ([name = '', system]) => {
          if (isBuiltinOperator(name)) operators.push(name)
          if (system === 't') operators.push(`pg_catalog.${name}`)
        },
      },
      {
        text: domainChecksQuery(FIRST_OWN_OID),
        onRow: ([type, check = '', users = '']) => {
          const calls = [...(JSON.parse(users) as readonly string[]), ...effectfulCalls(check)]
          if (calls.length > 0) checked.set(Number(type), [...(checked.get(Number(type)) ?? []), ...calls])
        },
      },
      {
        text: userCastsQuery(FIRST_OWN_OID),
        onRow: ([source, target, schema = '', name = '']) => {
          if (schema === 'pg_catalog' && onlyReads(name)) return
          // Without a value of the user's type, or one to make, the cast is never reached.
          const type = [Number(source), Number(target)].find((oid) => oid >= FIRST_OWN_OID)
          const call = `${schema}.${name}`
          if (type === undefined) casts.push(call)
          else cast.set(type, [...(cast.get(type) ?? []), call])
        },
      },
    ],
    bounds,
  )
  const types = new Map<string, Set<string>>()
  const relations = new Map<string, Set<string>>()
  const seeds = [...new Set([...checked.keys(), ...cast.keys()])]
  if (seeds.length > 0) {
    const text = containersQuery(seeds, Number.parseInt(serverVersion, 10))
    const onRow = ([seed, name = '', relation]: readonly (string | undefined)[]): void => {
      const oid = Number(seed)
      addCalls(types, name, [...(checked.get(oid) ?? []), ...(cast.get(oid) ?? [])])
      if (relation === 't') addCalls(relations, name, cast.get(oid) ?? [])
    }
    await runQueries(connection, [{ text, onRow }], bounds)
  }
  const lists: UserCodeLists = {
    complete: true,
    // In an order of their own: what is the same must look the same.
    functions: functions.toSorted(),
    operators: operators.toSorted(),
    fieldFunctions: fieldFunctions.toSorted(),
    rowFunctions: rowFunctions.toSorted(),
    types: listed(types),
    relations: listed(relations),
    casts: casts.toSorted(),
  }
  if (JSON.stringify(lists).length > bounds.maxBytes) {
    throw new AgentError('catalog-too-large', `the code of users takes more than ${bounds.maxBytes} bytes to tell`)
  }
  return lists
}

/** The functions of the server in a deparsed expression that do more than read; what stands in a literal may look like one, and counts. */
function effectfulCalls(expression: string): readonly string[] {
  const names = new Set([...expression.matchAll(/(\w+)\(/g)].map(([, name]) => name ?? ''))
  return [...names]
    .filter((name) => builtinFunction(name) !== undefined && !onlyReads(name))
    .map((name) => `pg_catalog.${name}`)
}

function onlyReads(name: string): boolean {
  const effects = builtinFunction(name)
  return effects !== undefined && [...effects].every((effect) => effect === 'read')
}

function addCalls(into: Map<string, Set<string>>, name: string, calls: readonly string[]): void {
  if (calls.length > 0) into.set(name, new Set([...(into.get(name) ?? []), ...calls]))
}

function listed(map: ReadonlyMap<string, ReadonlySet<string>>): UserCodeLists['types'] {
  return [...map].map(([name, functions]) => ({ name, functions: [...functions].toSorted() })).toSorted(byName)
}

function byName(one: { readonly name: string }, other: { readonly name: string }): number {
  return one.name < other.name ? -1 : 1
}
