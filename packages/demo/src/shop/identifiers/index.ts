import type { Random } from '../random.ts'
import * as northEast from './northern-eastern-europe.ts'
import type { Bearer, IdentifierKind } from './person.ts'
import * as west from './western-europe.ts'
import * as world from './world.ts'

/** The national identifier of each country of the sample, by ISO 3166 code. */
export const IDENTIFIER_KINDS: Readonly<Record<string, IdentifierKind>> = { ...west, ...northEast, ...world }

/** An identifier of `country` with right check digits, for one who looks like `bearer`. */
export function nationalIdentifier(country: string, random: Random, bearer: Bearer): { kind: string; value: string } {
  const kind = IDENTIFIER_KINDS[country]
  if (kind === undefined) throw new RangeError(`no kind of national identifier is known for ${country}`)
  for (;;) {
    const value = kind.make(random, bearer)
    if (value !== undefined) return { kind: kind.name, value }
  }
}
