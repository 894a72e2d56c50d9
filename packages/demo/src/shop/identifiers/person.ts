import type { Random } from '../random.ts'

/** What a national identifier is made from. */
export interface Bearer {
  readonly female: boolean
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  readonly day: number
  /** Name in the letters A to Z, for identifiers that hold part of it. */
  readonly given: string
  readonly family: string
}

/** A kind of national identifier. */
export interface IdentifierKind {
  /** What the country calls it. */
  readonly name: string
  /** Makes one; undefined when these random numbers lead to none, as where a check digit would be ten. */
  readonly make: (random: Random, bearer: Bearer) => string | undefined
}

/** Two digits, as of a month. */
export function two(value: number): string {
  return String(value % 100).padStart(2, '0')
}

/** YYMMDD, with `monthOffset` added to the month as some countries tell a century or a sex. */
export function yymmdd(bearer: Bearer, monthOffset = 0): string {
  return two(bearer.year) + two(bearer.month + monthOffset) + two(bearer.day)
}

/** DDMMYY. */
export function ddmmyy(bearer: Bearer): string {
  return two(bearer.day) + two(bearer.month) + two(bearer.year)
}

/** A digit that is odd for men and even for women, as most countries have it. */
export function sexDigit(random: Random, bearer: Bearer): number {
  return random.integer(0, 4) * 2 + (bearer.female ? 0 : 1)
}
