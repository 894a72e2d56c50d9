import { expect, test } from 'vitest'
import type { ColumnDefinition } from '../backend/column-definition.ts'
import { traceMessage } from './trace.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

test('a line has numbers and names, and no text or value', () => {
  expect(traceMessage({ type: 'COM_QUERY', attributes: [], query: bytes("SELECT 'secret'") })).toBe(
    "F\tCOM_QUERY\tattributes=[]\tquery=15 'SSSS'",
  )
  expect(
    traceMessage({
      type: 'COM_STMT_EXECUTE',
      statementId: 1,
      flags: 0,
      parameters: [{ type: 3, unsigned: true, name: 'secret', value: bytes('\u0001') }],
      bound: true,
    }),
  ).toBe(
    'F\tCOM_STMT_EXECUTE\tstatementId=1\tflags=0\tparameters=[{type=3 unsigned=true name="SSSS" value=1 \'SSSS\'}]\tbound=true',
  )
  expect(traceMessage({ type: 'ERR', errorCode: 1062, sqlState: '23000', message: "Duplicate entry 'secret'" })).toBe(
    'B\tERR\terrorCode=1062\tsqlState="23000"\tmessage="SSSS"',
  )
  expect(traceMessage({ type: 'unavailable', code: 18, command: 'COM_BINLOG_DUMP' })).toBe(
    'F\tunavailable\tcode=18\tcommand="COM_BINLOG_DUMP"',
  )
})

test('the origin of a column shows, its alias does not', () => {
  const column: ColumnDefinition = {
    type: 'ColumnDefinition',
    catalog: 'def',
    schema: 'shop',
    table: 'secret',
    orgTable: 'customers',
    name: 'secret',
    orgName: 'email',
    extended: bytes(''),
    characterSet: 45,
    columnLength: 1,
    columnType: 253,
    flags: 0,
    decimals: 0,
    defaultValue: null,
  }
  const line = traceMessage(column)
  expect(line).toContain('orgTable="customers"')
  expect(line).toContain('orgName="email"')
  expect(line).not.toContain('secret')
})

test('texts show when asked for, on one line; what proves a user never does', () => {
  const shown = traceMessage({ type: 'COM_QUERY', attributes: [], query: bytes('SELECT\n1') }, { showValues: true })
  expect(shown).toBe("F\tCOM_QUERY\tattributes=[]\tquery=8 'SELECT\\x0a1'")
  const user = traceMessage(
    {
      type: 'COM_CHANGE_USER',
      user: 'u',
      authResponse: bytes('secret'),
      schema: 's',
      characterSet: 45,
      plugin: 'p',
      attributes: [],
    },
    { showValues: true },
  )
  expect(user).toContain("authResponse=6 'SSSS'")
  expect(traceMessage({ type: 'AuthMoreData', data: bytes('secret') }, { showValues: true })).not.toContain('secret')
})
