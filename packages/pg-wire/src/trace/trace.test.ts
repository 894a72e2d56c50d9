import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeBackend, type BackendMessage } from '../backend/message.ts'
import { noticeFields } from '../backend/notice-fields.ts'
import { RawMessage } from '../framing/raw-message.ts'
import { encodeFrontend, type FrontendMessage } from '../frontend/message.ts'
import { traceMessage, traceStartupPacket } from './trace.ts'

const text = (string: string): Uint8Array => new TextEncoder().encode(string)

function sent(message: FrontendMessage, showValues: boolean): string {
  return traceMessage('frontend', new RawMessage(encodeFrontend(message)), { showValues })
}

function received(message: BackendMessage, showValues: boolean): string {
  return traceMessage('backend', new RawMessage(encodeBackend(message)), { showValues })
}

const BIND: FrontendMessage = {
  type: 'Bind',
  portal: '',
  statement: 's',
  parameterFormats: [0],
  parameters: [text('1\n'), null],
  resultFormats: [1],
}

describe('a trace', () => {
  test.each<readonly [FrontendMessage, string, string]>([
    [BIND, `F\t27\tBind\t "" "s" 1 0 2 2 '1\\x0a' -1 1 1`, `F\t27\tBind\t "" "s" 1 0 2 2 'SSSS' -1 1 1`],
    [{ type: 'Query', query: 'SELECT\n1' }, 'F\t13\tQuery\t "SELECT\\x0a1"', 'F\t13\tQuery\t "SSSS"'],
    [
      { type: 'Parse', name: 's', query: 'SELECT $1', parameterTypes: [23] },
      'F\t22\tParse\t "s" "SELECT $1" 1 23',
      'F\t22\tParse\t "s" "SSSS" 1 23',
    ],
    [{ type: 'Describe', target: 'portal', name: '' }, 'F\t6\tDescribe\t P ""', 'F\t6\tDescribe\t P ""'],
    [{ type: 'Execute', portal: '', maxRows: 0 }, 'F\t9\tExecute\t "" 0', 'F\t9\tExecute\t "" 0'],
    [{ type: 'Sync' }, 'F\t4\tSync', 'F\t4\tSync'],
    [{ type: 'CopyData', data: text('x') }, 'F\t5\tCopyData\t NNNN', 'F\t5\tCopyData\t NNNN'],
  ])('shows $type as libpq does, and withholds what it carries unless told otherwise', (message, shown, withheld) => {
    expect(sent(message, true)).toBe(shown)
    expect(sent(message, false)).toBe(withheld)
  })

  test.each<readonly [BackendMessage, string, string]>([
    [{ type: 'DataRow', values: [text('1'), null] }, "B\t15\tDataRow\t 2 1 '1' -1", "B\t15\tDataRow\t 2 1 'SSSS' -1"],
    [{ type: 'ReadyForQuery', status: 'idle' }, 'B\t5\tReadyForQuery\t I', 'B\t5\tReadyForQuery\t I'],
    [
      { type: 'ErrorResponse', fields: noticeFields({ severity: 'ERROR', sqlState: '22P02', message: 'not "x"' }) },
      'B\t35\tErrorResponse\t S "ERROR" V "ERROR" C "22P02" M "not "x"" \\x00',
      'B\t35\tErrorResponse\t S "ERROR" V "ERROR" C "22P02" M "SSSS" \\x00',
    ],
    [{ type: 'ParseComplete' }, 'B\t4\tParseComplete', 'B\t4\tParseComplete'],
    [
      {
        type: 'RowDescription',
        fields: [{ name: 'v', tableOid: 0, attribute: 0, typeOid: 23, typeSize: 4, typeModifier: -1, format: 0 }],
      },
      'B\t26\tRowDescription\t 1 "v" 0 0 23 4 -1 0',
      'B\t26\tRowDescription\t 1 "SSSS" 0 0 23 4 -1 0',
    ],
  ])('shows $type as libpq does, and withholds what it carries unless told otherwise', (message, shown, withheld) => {
    expect(received(message, true)).toBe(shown)
    expect(received(message, false)).toBe(withheld)
  })

  test('never shows passwords, keys and what authentication says', () => {
    expect(sent({ type: 'PasswordMessage', password: 'hunter2' }, true)).toBe('F\t12\tAuthenticationResponse\t NNNN')
    expect(received({ type: 'BackendKeyData', processId: 7, secretKey: text('secret') }, true)).toBe(
      'B\t14\tBackendKeyData\t 7 NNNN',
    )
    expect(received({ type: 'AuthenticationMD5Password', salt: text('salt') }, true)).toBe(
      'B\t12\tAuthentication\t 5 NNNN',
    )
  })

  test('shows the parameters of a session by name', () => {
    const parameters = [{ name: 'user', value: 'me' }]
    const packet = { type: 'StartupMessage', major: 3, minor: 0, parameters } as const
    expect(traceStartupPacket(packet, 17, { showValues: true })).toBe('F\t17\tStartupMessage\t 3 0 "user" "me"')
    expect(traceStartupPacket(packet, 17)).toBe('F\t17\tStartupMessage\t 3 0 "user" "SSSS"')
    expect(traceStartupPacket({ type: 'SSLRequest' }, 8)).toBe('F\t8\tSSLRequest')
  })

  test('of any bytes is one line', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('frontend' as const, 'backend' as const),
        fc.uint8Array({ minLength: 5, maxLength: 60 }),
        fc.boolean(),
        (side, bytes, showValues) => {
          expect(traceMessage(side, new RawMessage(bytes), { showValues })).toMatch(/^[FB]\t\d+\t[^\n\r]+$/)
        },
      ),
      { interruptAfterTimeLimit: 2000, numRuns: 3000 },
    )
  })
})
