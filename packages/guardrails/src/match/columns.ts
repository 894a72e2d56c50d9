import type { Relation } from '@sallyport/core'
import { namePatterns } from '../glob.ts'
import type { Certainty, Matcher } from '../matcher.ts'
import { UNKNOWN } from '../question.ts'
import { MAY_TOUCH, relationName } from './relations.ts'

/**
 * Which columns the statement touches. A relation of which all columns may be touched matches with `possible` when the pattern's relation does,
 * and with `certain` only for a pattern whose column is `*`.
 */
export function matchColumns(
  patterns: readonly string[],
  access: Relation['access'] | undefined,
  certainty: Certainty,
): Matcher {
  const listed = namePatterns(patterns, 3, 'columns', certainty)
  return (question) => {
    if ((question.effects & UNKNOWN) !== 0) return certainty === 'possible' ? MAY_TOUCH : undefined
    for (const relation of question.statement.relations) {
      if (access !== undefined && relation.access !== access) continue
      const columns = relation.columns === 'all' ? [undefined] : relation.columns
      for (const column of columns) {
        const matched = listed([relation.schema, relation.name, column])
        if (matched && certainty === 'possible') return `touches ${relationName(relation)}.${column ?? '*'}`
        if (!matched && certainty === 'certain') return undefined
      }
    }
    return certainty === 'certain' ? 'touches only listed columns' : undefined
  }
}
