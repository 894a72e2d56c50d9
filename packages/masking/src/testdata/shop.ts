import type { Statement } from '@sallyport/core'
import { ColumnRules } from '../column-rules.ts'
import type { MaskingCatalog, MaskingRelation, MaskingType } from '../catalog.ts'
import { Protection } from '../protection.ts'
import { type ColumnRule, parseMaskingRules } from '../rules.ts'

/** A relation with columns numbered from 1. */
export function relation(
  oid: number,
  name: string,
  columns: readonly string[],
  more: Partial<MaskingRelation> = {},
): MaskingRelation {
  return {
    oid,
    schema: 'public',
    name,
    kind: 'table',
    temporary: false,
    columns: new Map(columns.map((column, index) => [index + 1, { name: column, type: 25, typeModifier: -1 }])),
    parents: [],
    reads: [],
    generated: new Map(),
    functions: [],
    ...more,
  }
}

/** A catalogue that holds exactly these relations and types. */
export function catalogOf(
  relations: readonly MaskingRelation[],
  types: ReadonlyMap<number, MaskingType> = new Map(),
): MaskingCatalog {
  return {
    relation: (oid) => relations.find((relation) => relation.oid === oid),
    type: (oid) => types.get(oid),
    relations: () => relations,
    resolve: ({ schema, name }) =>
      relations.find((relation) => relation.name === name && (schema === undefined || relation.schema === schema)),
  }
}

export function protectionOf(rules: readonly unknown[], catalog: MaskingCatalog): Protection {
  return new Protection(new ColumnRules([parseMaskingRules({ columns: rules })]), catalog)
}

export const SSN_RULE: ColumnRule = { match: '*.people.ssn', strategy: 'redact' }

/** A statement with nothing in it but what is given. */
export function statement(given: Partial<Statement>): Statement {
  return {
    dialect: 'postgres',
    kind: 'select',
    effects: new Set(['read']),
    relations: [],
    functions: [],
    where: 'none',
    limit: 'absent',
    predicates: [],
    fingerprint: '',
    output: 'unknown',
    session: undefined,
    range: { start: 0, end: 0 },
    ...given,
  }
}

/** A DataRow message, field by field. */
export function dataRow(...values: readonly (string | Uint8Array | null)[]): Uint8Array {
  const fields = values.map((value) => (typeof value === 'string' ? utf8(value) : value))
  const body = fields.reduce((sum, field) => sum + 4 + (field?.length ?? 0), 2)
  const bytes = new Uint8Array(5 + body)
  const view = new DataView(bytes.buffer)
  view.setUint8(0, 0x44)
  view.setInt32(1, 4 + body)
  view.setInt16(5, fields.length)
  let at = 7
  for (const field of fields) {
    view.setInt32(at, field === null ? -1 : field.length)
    at += 4
    if (field === null) continue
    bytes.set(field, at)
    at += field.length
  }
  return bytes
}

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

export function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}

/** `done`, or the name of the error that came. */
export function outcome(action: () => void): string {
  try {
    action()
    return 'done'
  } catch (error) {
    return error instanceof Error ? error.name : 'thrown'
  }
}
