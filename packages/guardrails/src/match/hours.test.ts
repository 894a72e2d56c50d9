import { describe, expect, it } from 'vitest'
import { GuardrailError } from '../errors.ts'
import type { TimeWindow } from '../rule.ts'
import { ask, denying, facts } from '../testdata/facts.ts'

const WEEK = [1, 2, 3, 4, 5]
const window = (part: Partial<TimeWindow> = {}): TimeWindow => ({
  days: WEEK,
  from: '09:00',
  to: '17:00',
  zone: 'Europe/Amsterdam',
  ...part,
})
const isOpen = (windows: TimeWindow, at: string): boolean =>
  denying({ during: [windows] }).judge(ask(facts(), { now: new Date(at) })) !== undefined

describe('a time window', () => {
  it('is on the wall clock of its zone, in winter and in summer', () => {
    // A Monday in winter: Amsterdam is an hour ahead of UTC.
    expect(isOpen(window(), '2026-01-12T08:00:00Z')).toBe(true)
    expect(isOpen(window(), '2026-01-12T07:59:59Z')).toBe(false)
    // A Monday in summer: two hours.
    expect(isOpen(window(), '2026-07-13T07:00:00Z')).toBe(true)
    expect(isOpen(window(), '2026-07-13T15:00:00Z')).toBe(false)
  })

  it('keeps to the wall clock on the days when clocks change', () => {
    const night = window({ days: [7], from: '01:30', to: '03:30' })
    // The last Sunday of March: 02:00 becomes 03:00.
    expect(isOpen(night, '2026-03-29T00:29:00Z')).toBe(false)
    expect(isOpen(night, '2026-03-29T00:30:00Z')).toBe(true)
    expect(isOpen(night, '2026-03-29T01:29:00Z')).toBe(true)
    expect(isOpen(night, '2026-03-29T01:30:00Z')).toBe(false)
    // The last Sunday of October: 03:00 becomes 02:00, so that the window lasts three hours.
    expect(isOpen(night, '2026-10-24T23:30:00Z')).toBe(true)
    expect(isOpen(night, '2026-10-25T02:29:00Z')).toBe(true)
    expect(isOpen(night, '2026-10-25T02:30:00Z')).toBe(false)
  })

  it('ends on the next day when its end is not after its start', () => {
    const friday = window({ days: [5], from: '22:00', to: '06:00', zone: 'UTC' })
    expect(isOpen(friday, '2026-01-16T22:00:00Z')).toBe(true)
    expect(isOpen(friday, '2026-01-17T05:59:00Z')).toBe(true)
    expect(isOpen(friday, '2026-01-17T06:00:00Z')).toBe(false)
    expect(isOpen(friday, '2026-01-16T05:00:00Z')).toBe(false)
  })

  it('lasts to the end of the day with 24:00', () => {
    const sunday = window({ days: [7], from: '00:00', to: '24:00', zone: 'UTC' })
    expect(isOpen(sunday, '2026-01-18T23:59:59Z')).toBe(true)
    expect(isOpen(sunday, '2026-01-19T00:00:00Z')).toBe(false)
  })

  it('knows zones whose offset is no whole hour', () => {
    expect(isOpen(window({ zone: 'Asia/Kathmandu' }), '2026-01-12T03:15:00Z')).toBe(true)
    expect(isOpen(window({ zone: 'Asia/Kathmandu' }), '2026-01-12T03:14:00Z')).toBe(false)
  })

  it('is the opposite of being outside', () => {
    const rule = denying({ outside: [window()] })
    expect(rule.judge(ask(facts(), { now: new Date('2026-01-12T08:00:00Z') }))).toBeUndefined()
    expect(rule.judge(ask(facts(), { now: new Date('2026-01-11T08:00:00Z') }))?.message).toContain('comes outside')
  })

  it.each([
    { zone: 'Mars/Olympus' },
    { from: '9:00' },
    { to: '24:01' },
    { from: '24:00' },
    { days: [] },
    { days: [8] },
  ])('refuses what does not exist: %j', (part) => {
    expect(() => denying({ during: [window(part)] })).toThrow(GuardrailError)
  })
})
