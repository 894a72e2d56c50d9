import type { Country } from './countries.ts'
import { nationalIdentifier } from './identifiers/index.ts'
import { NAMES } from './names.ts'
import type { Random } from './random.ts'

/** One invented person, whole. */
export interface Person {
  readonly female: boolean
  readonly givenName: string
  readonly familyName: string
  readonly fullName: string
  /** `given.family` in the letters a to z, for mail addresses. */
  readonly handle: string
  /** Milliseconds since 1970, at midnight UTC. */
  readonly born: number
  readonly identifier: { readonly kind: string; readonly value: string }
  /** E.164. */
  readonly phone: string
}

/** Invents a person of `country` who was between 18 and 88 years old in 2024. */
export function invent(country: Country, random: Random): Person {
  const names = NAMES[country.language]
  if (names === undefined) throw new RangeError(`no names are known for ${country.language}`)
  const female = random.chance(0.5)
  const given = random.pick(female ? names.feminine : names.masculine)
  const pair = random.pick(names.families)
  const family = female ? pair.feminine : pair.masculine
  const year = random.integer(1936, 2006)
  const month = random.integer(1, 12)
  const day = random.integer(1, 28)
  return {
    female,
    givenName: given.native,
    familyName: family.native,
    fullName: names.order === 'given-family' ? `${given.native} ${family.native}` : `${family.native}${given.native}`,
    handle: `${slug(given.latin)}.${slug(family.latin)}`,
    born: Date.UTC(year, month - 1, day),
    identifier: nationalIdentifier(country.code, random, {
      female,
      year,
      month,
      day,
      given: given.latin,
      family: family.latin,
    }),
    phone: random.fill(country.phone),
  }
}

function slug(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z]/g, '')
}
