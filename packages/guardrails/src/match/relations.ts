import type { Relation } from '@sallyport/core'
import { namePatterns } from '../glob.ts'
import type { Certainty, Matcher } from '../matcher.ts'
import { UNKNOWN } from '../question.ts'

/**
 * Which tables and views the statement touches. `possible`: one of them matches, or the statement cannot be told to leave them alone.
 * `certain`: everything it touches matches.
 */
export function matchRelations(
  patterns: readonly string[],
  access: Relation['access'] | undefined,
  certainty: Certainty,
): Matcher {
  const listed = namePatterns(patterns, 2, 'relations', certainty)
  const matches = (relation: Relation): boolean => listed([relation.schema, relation.name])
  return (question) => {
    const { relations } = question.statement
    if ((question.effects & UNKNOWN) !== 0) return certainty === 'possible' ? MAY_TOUCH : undefined
    const concerned = access === undefined ? relations : relations.filter((relation) => relation.access === access)
    if (certainty === 'certain') return concerned.every(matches) ? 'touches only listed relations' : undefined
    const found = concerned.find(matches)
    return found && `${found.access === 'read' ? 'reads' : 'writes'} ${relationName(found)}`
  }
}

/** The name as the user knows it, with its schema where that is known. */
export function relationName({ schema, name }: Pick<Relation, 'schema' | 'name'>): string {
  return schema === undefined ? name : `${schema}.${name}`
}

/** For what cannot be told to leave a relation alone. */
export const MAY_TOUCH = 'has effects that cannot be told, so it may touch anything'
