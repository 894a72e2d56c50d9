import type { Effect, Statement } from '@sallyport/core'

/**
 * EXECUTE or FETCH with the facts of what it names. The text alone leaves them `unknown`; whoever tracks the session's prepared
 * statements and cursors knows more.
 *
 * EXECUTE runs the named statement: it has its effects. FETCH and MOVE run the query of a cursor that was judged when it was declared.
 *
 * @param named the facts that PREPARE or DECLARE carried; undefined when the session has no such name
 */
export function resolveNamed(statement: Statement, named: Statement | 'unknown' | undefined): Statement {
  const { session } = statement
  if (session === undefined || named === undefined || named === 'unknown') return statement
  if (session.type !== 'execute' && session.type !== 'fetch') return statement
  const argumentEffects = statement.functions.flatMap((call) => [...call.effects])
  const effects = new Set<Effect>([...named.effects, ...argumentEffects])
  if (session.type === 'execute') {
    return {
      ...statement,
      effects,
      relations: named.relations,
      functions: [...statement.functions, ...named.functions],
      where: named.where,
      limit: named.limit,
      predicates: named.predicates,
      output: named.output,
    }
  }
  return { ...statement, effects, relations: named.relations, functions: named.functions, output: named.output }
}
