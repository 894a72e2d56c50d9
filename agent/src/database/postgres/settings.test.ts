import { describe, expect, it } from 'vitest'
import { applicationName, sessionSettings, type SessionWishes } from './settings.ts'

const wishes: SessionWishes = {
  startup: new Map(),
  floor: { readOnly: false, statementTimeoutMs: 0 },
  statementTimeoutMs: 0,
  subject: 'alice@example.com',
  application: 'psql',
}

describe('the settings of a session', () => {
  it('pin what the guard and the masking rest on', () => {
    expect(Object.fromEntries(sessionSettings(wishes))).toEqual({
      application_name: 'sallyport:alice@example.com psql',
      client_encoding: 'UTF8',
      standard_conforming_strings: 'on',
    })
  })

  it.each([
    [0, 0, undefined, undefined],
    [5000, 0, undefined, '5000'],
    [0, 3000, undefined, '3000'],
    [5000, 3000, '1s', '1000'],
    [5000, 3000, '0', '3000'],
    [5000, 0, '1h', '5000'],
    [0, 0, '2min', '120000'],
  ])('take the smallest time-out of floor %i, policy %i and client %s', (floor, policy, client, result) => {
    const settings = sessionSettings({
      ...wishes,
      startup: new Map(client === undefined ? [] : [['statement_timeout', client]]),
      floor: { readOnly: false, statementTimeoutMs: floor },
      statementTimeoutMs: policy,
    })
    expect(settings.get('statement_timeout')).toBe(result)
  })

  it('are read-only where the floor is, whatever the client wants', () => {
    const floor = { readOnly: true, statementTimeoutMs: 0 }
    expect(sessionSettings({ ...wishes, floor }).get('default_transaction_read_only')).toBe('on')
    const startup = new Map([['default_transaction_read_only', 'off']])
    expect(() => sessionSettings({ ...wishes, floor, startup })).toThrow(/default_transaction_read_only/u)
  })

  it.each(['role', 'session_authorization', 'session_replication_role', 'local_preload_libraries', 'user', 'options'])(
    'are refused with a %s from the gateway',
    (name) => {
      const startup = new Map([[name, 'postgres']])
      expect(() => sessionSettings({ ...wishes, startup })).toThrow(
        expect.objectContaining({ code: 'refused-startup' }),
      )
    },
  )
})

describe('the application name', () => {
  it.each([
    ['alice', '', 'sallyport:alice'],
    ['алиса', 'DBeaver\n24', 'sallyport:????? DBeaver?24'],
    ['alice', 'x'.repeat(100), `sallyport:alice ${'x'.repeat(47)}`],
    ['a'.repeat(100), 'psql', `sallyport:${'a'.repeat(53)}`],
    [' alice ', ' psql ', 'sallyport:alice psql'],
  ])('of %j with %j is %j', (subject, application, name) => {
    expect(applicationName(subject, application)).toBe(name)
    expect(applicationName(subject, application).length).toBeLessThanOrEqual(63)
  })
})
