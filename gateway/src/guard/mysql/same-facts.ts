import type { Analysis, Statement } from '@sallyport/core'

/** Whether two readings of a text say the same of what it does. */
export function sameFacts(one: Analysis, other: Analysis): boolean {
  if (!one.ok || !other.ok || one.statements.length !== other.statements.length) return false
  const facts = ({ kind, effects, relations, functions, where, session }: Statement): string =>
    JSON.stringify([
      kind,
      [...effects].toSorted(),
      relations,
      functions.map(({ schema, name }) => [schema, name]),
      where,
      session?.type === 'set' || session?.type === 'several' ? session : undefined,
    ])
  return one.statements.every((statement, index) => {
    const again = other.statements[index]
    return again !== undefined && facts(statement) === facts(again)
  })
}
