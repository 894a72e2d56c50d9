import { UsageError } from '../command.ts'

/** The time that an option gives. Throws UsageError for what is none, and for one without a zone: it would mean another one on another machine. */
export function timeOf(option: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined
  const time = new Date(text)
  if (Number.isNaN(time.getTime()) || !/(Z|[+-]\d\d:?\d\d)$/.test(text)) {
    throw new UsageError(`${option} is a time with its zone, as in 2026-01-31T12:00:00Z`)
  }
  return time
}
