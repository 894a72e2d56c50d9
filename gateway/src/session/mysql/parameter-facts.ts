import type { ParameterFacts } from '@sallyport/audit'
import type { ComStmtBulkExecute, Parameter } from '@sallyport/mysql-wire'

/** Bytes of long data that were sent for the next execution of each statement. */
export class LongData {
  readonly #bytes = new Map<number, Map<number, number>>()

  add(statementId: number, parameter: number, bytes: number): void {
    const of = this.#bytes.get(statementId) ?? new Map<number, number>()
    of.set(parameter, (of.get(parameter) ?? 0) + bytes)
    this.#bytes.set(statementId, of)
  }

  of(statementId: number): ReadonlyMap<number, number> {
    return this.#bytes.get(statementId) ?? NO_LONG_DATA
  }

  clear(statementId: number): void {
    this.#bytes.delete(statementId)
  }
}

/** What is recorded of parameters: types and lengths. */
export function parameterFacts(
  parameters: readonly Parameter[] | 'unknown',
  longData: ReadonlyMap<number, number> = NO_LONG_DATA,
): readonly ParameterFacts[] | undefined {
  if (parameters === 'unknown' || parameters.length === 0) return undefined
  return parameters.map(({ type, value }, index) => ({
    type,
    format: 'binary',
    length: value === null ? null : value === 'long-data' ? (longData.get(index) ?? 0) : value.length,
  }))
}

/** The same of an execution over many rows: for each parameter the lengths of all rows together. */
export function bulkFacts({ types, rows }: ComStmtBulkExecute): readonly ParameterFacts[] | undefined {
  if (types === 'unknown') return undefined
  return types.map(({ type }, index) => {
    let length = 0
    for (const row of rows) {
      const value = row[index]
      if (value !== undefined && typeof value !== 'string') length += value.length
    }
    return { type, format: 'binary', length }
  })
}

const NO_LONG_DATA: ReadonlyMap<number, number> = new Map()
