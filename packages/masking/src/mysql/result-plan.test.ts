import { describe, expect, test } from 'vitest'
import { ColumnRules } from '../column-rules.ts'
import { Protection } from '../protection.ts'
import type { MysqlField } from './field-type.ts'
import { type MysqlResultQuestion, type OutputShape, planMysqlResult } from './result-plan.ts'
import { mysqlCarrierColumns } from './carriers.ts'
import type { MaskingRelation } from '../catalog.ts'

function relation(
  oid: number,
  name: string,
  columns: readonly string[],
  kind = 'table',
  reads: number[] = [],
): MaskingRelation {
  return {
    oid,
    schema: 'shop',
    name,
    kind,
    temporary: false,
    columns: new Map(columns.map((column, index) => [index + 1, { name: column, type: 0, typeModifier: -1 }])),
    parents: [],
    reads,
    functions: [],
    generated: new Map(),
  }
}

const RELATIONS = [
  relation(1, 'people', ['id', 'name', 'ssn']),
  relation(2, 'v_people', ['id', 'code'], 'view', [1]),
  relation(3, 'v_clear', ['id'], 'view', [4]),
  relation(4, 'orders', ['id', 'note']),
]
const PROTECTION = new Protection(
  new ColumnRules([
    { columns: [{ match: '*.people.ssn', strategy: 'partial', keepFirst: 0, keepLast: 4, keepDomain: true }] },
  ]),
  {
    relation: (oid) => RELATIONS.find((each) => each.oid === oid),
    type: () => undefined,
    relations: () => RELATIONS,
    resolve: () => undefined,
  },
  mysqlCarrierColumns,
)

const field = (table: string, column: string, name = column): MysqlField => ({
  name,
  schema: table === '' ? '' : 'Shop',
  orgTable: table,
  orgName: column,
  columnType: 253,
  flags: 0,
  characterSet: 45,
  columnLength: 80,
  decimals: 0,
  extended: new Uint8Array(0),
})

function strategies(question: Partial<MysqlResultQuestion> & Pick<MysqlResultQuestion, 'fields'>) {
  return planMysqlResult({
    format: 'text',
    exposure: 'protected',
    kind: 'select',
    shape: 'unknown',
    protection: PROTECTION,
    doubtful: false,
    hmac: undefined,
    ...question,
  }).masks.map((mask) => mask?.strategy)
}

const column = (name: string): OutputShape[number] => ({ type: 'column', name })
const STAR: OutputShape[number] = { type: 'star' }
const OTHER: OutputShape[number] = { type: 'other' }

describe('a column of a statement that reads something protected', () => {
  test('keeps its value where server and text agree that it is a clear one', () => {
    const fields = [field('people', 'id', 'ssn'), field('PEOPLE', 'SSN', 'id')]
    expect(strategies({ fields, shape: [column('id'), column('ssn')] })).toEqual([undefined, 'partial'])
  })

  test('is redacted where the text does not say what the server says', () => {
    expect(strategies({ fields: [field('people', 'name')], shape: [column('ssn')] })).toEqual(['redact'])
    expect(strategies({ fields: [field('people', 'name')], shape: [OTHER] })).toEqual(['redact'])
    expect(strategies({ fields: [field('people', 'name')], shape: 'unknown' })).toEqual(['redact'])
    expect(strategies({ fields: [field('people', 'name')], shape: [column('name'), OTHER] })).toEqual(['redact'])
  })

  test('is redacted without an origin, or with one that the catalogue lacks', () => {
    expect(strategies({ fields: [field('', '')], shape: [OTHER] })).toEqual(['redact'])
    expect(strategies({ fields: [field('people', 'x')], shape: [column('x')] })).toEqual(['redact'])
    expect(strategies({ fields: [field('cte', 'name')], shape: [column('name')] })).toEqual(['redact'])
  })

  test('behind a star has its own name, or is redacted', () => {
    const fields = [
      field('people', 'id'),
      field('people', 'name', 'other'),
      field('people', 'ssn'),
      field('people', 'name', 'n'),
    ]
    expect(strategies({ fields, shape: [STAR, column('name')] })).toEqual([undefined, 'redact', 'partial', undefined])
    expect(strategies({ fields, shape: [STAR, column('ssn'), STAR] })).toEqual(fields.map(() => 'redact'))
  })

  test('of a view is as what the view reads', () => {
    const shape = [column('id')]
    expect(strategies({ fields: [field('v_people', 'id')], shape })).toEqual(['redact'])
    expect(strategies({ fields: [field('v_clear', 'id')], shape })).toEqual([undefined])
    expect(strategies({ fields: [field('v_clear', 'id')], shape, doubtful: true })).toEqual(['redact'])
  })

  test('is redacted under code that the text does not show, whatever the server says', () => {
    const fields = [field('people', 'id'), field('people', 'ssn')]
    expect(strategies({ fields, shape: [column('id'), column('ssn')], exposure: 'unknown' })).toEqual([
      'redact',
      'redact',
    ])
  })
})

describe('a column of a statement that reads nothing protected', () => {
  test('keeps its value, unless the server itself traces it to a protected column', () => {
    const fields = [field('', ''), field('tmp', 'x'), field('orders', 'note'), field('people', 'ssn')]
    expect(strategies({ fields, exposure: 'none' })).toEqual([undefined, undefined, undefined, 'redact'])
  })
})

test('of a list of warnings only the message is hidden', () => {
  const fields = [field('', '', 'Level'), field('', '', 'Code'), field('', '', 'Message')]
  expect(strategies({ fields, kind: 'show-warnings' })).toEqual([undefined, undefined, 'redact'])
  expect(strategies({ fields, kind: 'show-warnings', exposure: 'none' })).toEqual([undefined, undefined, undefined])
})
