import { GuardrailError } from '../errors.ts'
import type { Matcher } from '../matcher.ts'
import type { TimeWindow } from '../rule.ts'

/** The statement arrives inside one of the windows. Throws GuardrailError `hours`. */
export function matchDuring(windows: readonly TimeWindow[]): Matcher {
  const open = compileWindows(windows, 'during')
  return ({ nowMs }) => (open(nowMs) ? `comes within ${describe(windows)}` : undefined)
}

/** The statement arrives outside all of the windows. Throws GuardrailError `hours`. */
export function matchOutside(windows: readonly TimeWindow[]): Matcher {
  const open = compileWindows(windows, 'outside')
  return ({ nowMs }) => (open(nowMs) ? undefined : `comes outside ${describe(windows)}`)
}

/** Asks the wall clocks once a minute: zones change their offset on whole minutes. */
function compileWindows(windows: readonly TimeWindow[], key: string): (nowMs: number) => boolean {
  const tests = windows.map((window) => compileWindow(window, key))
  let minute = Number.NaN
  let answer = false
  return (nowMs) => {
    const asked = Math.floor(nowMs / 60_000)
    if (asked !== minute) {
      answer = tests.some((test) => test(nowMs))
      minute = asked
    }
    return answer
  }
}

function compileWindow({ days, from, to, zone }: TimeWindow, key: string): (nowMs: number) => boolean {
  const start = minuteOfDay(from, key)
  const end = minuteOfDay(to, key)
  const wallClock = wallClockOf(zone, key)
  if (days.length === 0) throw new GuardrailError('hours', key, 'A time window needs at least one day.')
  if (days.some((day) => !Number.isInteger(day) || day < 1 || day > 7)) {
    throw new GuardrailError('hours', key, 'A day of a time window is a number from 1 (Monday) to 7 (Sunday).')
  }
  if (start === 24 * 60)
    throw new GuardrailError('hours', key, 'A time window cannot begin at 24:00; write 00:00 of the next day.')
  return (nowMs) => {
    const { day, minute } = wallClock(nowMs)
    const yesterday = day === 1 ? 7 : day - 1
    if (start < end) return days.includes(day) && minute >= start && minute < end
    return (days.includes(day) && minute >= start) || (days.includes(yesterday) && minute < end)
  }
}

function minuteOfDay(text: string, key: string): number {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? []
  if (text === '24:00') return 24 * 60
  if (hours === undefined || minutes === undefined) {
    throw new GuardrailError('hours', key, `The time ${JSON.stringify(text)} is not of the form HH:MM, 24 hours.`)
  }
  return Number(hours) * 60 + Number(minutes)
}

function wallClockOf(zone: string, key: string): (nowMs: number) => { day: number; minute: number } {
  const format = formatIn(zone, key)
  return (nowMs) => {
    let day = 0
    let minute = 0
    for (const part of format.formatToParts(nowMs)) {
      if (part.type === 'weekday') day = WEEKDAYS.indexOf(part.value) + 1
      else if (part.type === 'hour') minute += Number(part.value) * 60
      else if (part.type === 'minute') minute += Number(part.value)
    }
    return { day, minute }
  }
}

function formatIn(zone: string, key: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    })
  } catch {
    throw new GuardrailError(
      'hours',
      key,
      `There is no time zone ${JSON.stringify(zone)}; take an IANA name such as Europe/Amsterdam.`,
    )
  }
}

function describe(windows: readonly TimeWindow[]): string {
  return windows
    .map(
      ({ days, from, to, zone }) => `${days.map((day) => WEEKDAYS[day - 1] ?? day).join(', ')} ${from}–${to} ${zone}`,
    )
    .join('; ')
}

const WEEKDAYS: readonly string[] = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
