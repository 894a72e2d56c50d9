import { CLIENT } from '@sallyport/mysql-wire'
import { describe, expect, test } from 'vitest'
import { sessionSettings, type SessionWishes } from './settings.ts'

const WISHES: SessionWishes = {
  startup: new Map(),
  floor: { readOnly: false, statementTimeoutMs: 0 },
  statementTimeoutMs: 0,
  idleTimeoutMs: 0,
  subject: 'alice',
  application: 'mysql',
  schema: '',
}

describe('the start of a MySQL session', () => {
  test('speaks what client and gateway agreed on, and adds what a login needs', () => {
    const asked = CLIENT.PROTOCOL_41 | CLIENT.DEPRECATE_EOF | CLIENT.SSL | CLIENT.COMPRESS
    const startup = new Map([
      ['capabilities', String(asked)],
      ['mariadb_capabilities', '4'],
    ])
    const { capabilities } = sessionSettings({ ...WISHES, startup })
    expect(capabilities.flags & CLIENT.DEPRECATE_EOF).not.toBe(0)
    expect(capabilities.flags & CLIENT.PLUGIN_AUTH).not.toBe(0)
    expect(capabilities.flags & (CLIENT.SSL | CLIENT.COMPRESS | CLIENT.LOCAL_FILES)).toBe(0)
    expect(capabilities.extended).toBe(4)
  })

  test.each(['-1', '4294967296', 'x', ''])('refuses %j as capabilities', (value) => {
    expect(() => sessionSettings({ ...WISHES, startup: new Map([['capabilities', value]]) })).toThrow(
      expect.objectContaining({ code: 'refused-startup' }),
    )
  })

  test('tells the database who is at work, whatever the client says of itself', () => {
    const startup = new Map([
      ['attribute.program_name', 'root'],
      ['attribute._sallyport_user', 'root'],
      ['attribute._pid', '42'],
      ['attribute.big', 'x'.repeat(20_000)],
    ])
    expect(sessionSettings({ ...WISHES, startup }).attributes).toEqual([
      { name: '_sallyport_user', value: 'alice' },
      { name: 'program_name', value: 'sallyport:alice mysql' },
      { name: '_pid', value: '42' },
    ])
  })

  test('takes the smallest time limit, and the schema of whoever names one', () => {
    const floor = { readOnly: true, statementTimeoutMs: 3000 }
    const settings = sessionSettings({ ...WISHES, floor, statementTimeoutMs: 2000, schema: 'shop' })
    expect(settings).toMatchObject({ readOnly: true, statementTimeoutMs: 2000, schema: 'shop' })
    expect(sessionSettings({ ...WISHES, schema: 'shop', startup: new Map([['database', 'own']]) }).schema).toBe('own')
  })
})
