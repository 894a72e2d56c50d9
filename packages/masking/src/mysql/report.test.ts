import { expect, test } from 'vitest'
import { maskMysqlReport } from './report.ts'

const DUPLICATE = { errorCode: 1062, sqlState: '23000', message: "Duplicate entry '123-45-6789' for key 'by_ssn'" }
const UNKNOWN_COLUMN = { errorCode: 1054, sqlState: '42S22', message: "Unknown column 'x' in 'field list'" }
const SYNTAX = { errorCode: 1064, sqlState: '42000', message: "You have an error near '123-45-6789' at line 1" }
const SIGNALLED = { errorCode: 31_337, sqlState: '12345', message: '123-45-6789' }

test('a message stays as it is while nothing protected is read', () => {
  expect(maskMysqlReport(DUPLICATE, 'none', '')).toBe(DUPLICATE)
})

test('a message that can quote a value is withheld, and says what kind of failure it was', () => {
  expect(maskMysqlReport(DUPLICATE, 'protected', '')).toEqual({
    ...DUPLICATE,
    message: 'a constraint is violated (text withheld: it could show a masked value)',
  })
})

test('a message of names stays where the text is known, and is withheld where code could have chosen the names', () => {
  expect(maskMysqlReport(UNKNOWN_COLUMN, 'protected', '')).toBe(UNKNOWN_COLUMN)
  expect(maskMysqlReport(UNKNOWN_COLUMN, 'unknown', '').message).toContain('withheld')
})

test("a syntax error stays where it quotes the client's own text", () => {
  expect(maskMysqlReport(SYNTAX, 'unknown', "select '123-45-6789' 123-45-6789")).toBe(SYNTAX)
  expect(maskMysqlReport(SYNTAX, 'unknown', 'execute immediate @x').message).toContain('withheld')
})

test('numbers and states that code invents do not leave', () => {
  expect(maskMysqlReport(SIGNALLED, 'unknown', '')).toMatchObject({ errorCode: 1644, sqlState: 'HY000' })
})
