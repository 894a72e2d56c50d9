import { luhnDigit, mod11And10Digit, remainder, weightedSum } from './check-digits.ts'
import { ddmmyy, sexDigit, two, yymmdd, type Bearer, type IdentifierKind } from './person.ts'
import type { Random } from '../random.ts'

/** Serials from 980 on are the tax authority's own for tests. */
export const SE: IdentifierKind = {
  name: 'Personnummer',
  make: (random, bearer) => {
    const serial = String(random.integer(490, 499) * 2 + (bearer.female ? 0 : 1))
    const body = yymmdd(bearer) + serial
    return `${yymmdd(bearer)}-${serial}${luhnDigit(body)}`
  },
}

export const NO: IdentifierKind = {
  name: 'Fødselsnummer',
  make: (random, bearer) => {
    const serial = two(random.integer(bearer.year >= 2000 ? 50 : 0, bearer.year >= 2000 ? 99 : 49))
    const body = `${ddmmyy(bearer)}${serial}${sexDigit(random, bearer)}`
    const first = (11 - (weightedSum(body, [3, 7, 6, 1, 8, 9, 4, 5, 2]) % 11)) % 11
    const second = (11 - (weightedSum(`${body}${first}`, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11
    return first === 10 || second === 10 ? undefined : `${body}${first}${second}`
  },
}

export const DK: IdentifierKind = {
  name: 'CPR-nummer',
  make: (random, bearer) => {
    const century = bearer.year >= 2000 ? random.integer(5, 8) : random.integer(0, 3)
    const body = `${ddmmyy(bearer)}${century}${random.digits(2)}`
    const check = (11 - (weightedSum(body, [4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11
    const isOfSex = (check % 2 === 0) === bearer.female
    return check === 10 || !isOfSex ? undefined : `${body.slice(0, 6)}-${body.slice(6)}${check}`
  },
}

export const FI: IdentifierKind = {
  name: 'Henkilötunnus',
  make: (random, bearer) => {
    const serial = String(random.integer(1, 448) * 2 + (bearer.female ? 0 : 1)).padStart(3, '0')
    const check = '0123456789ABCDEFHJKLMNPRSTUVWXY'.charAt(Number(ddmmyy(bearer) + serial) % 31)
    return `${ddmmyy(bearer)}${bearer.year >= 2000 ? 'A' : '-'}${serial}${check}`
  },
}

export const EE: IdentifierKind = { name: 'Isikukood', make: balticCode }
export const LT: IdentifierKind = { name: 'Asmens kodas', make: balticCode }

export const PL: IdentifierKind = {
  name: 'PESEL',
  make: (random, bearer) => {
    const body = `${yymmdd(bearer, bearer.year >= 2000 ? 20 : 0)}${random.digits(3)}${sexDigit(random, bearer)}`
    return `${body}${(10 - (weightedSum(body, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10}`
  },
}

export const CZ: IdentifierKind = {
  name: 'Rodné číslo',
  make: (random, bearer) => {
    const body = yymmdd(bearer, bearer.female ? 50 : 0) + random.digits(3)
    // Numbers given before 1954 have no check digit.
    if (bearer.year < 1954) return `${body.slice(0, 6)}/${body.slice(6)}`
    const check = remainder(body, 11)
    return check === 10 ? undefined : `${body.slice(0, 6)}/${body.slice(6)}${check}`
  },
}

export const RO: IdentifierKind = {
  name: 'CNP',
  make: (random, bearer) => {
    const sex = (bearer.female ? 2 : 1) + (bearer.year >= 2000 ? 4 : 0)
    const serial = String(random.integer(1, 999)).padStart(3, '0')
    const body = `${sex}${yymmdd(bearer)}${two(random.integer(1, 46))}${serial}`
    const check = weightedSum(body, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11
    return `${body}${check === 10 ? 1 : check}`
  },
}

export const BG: IdentifierKind = {
  name: 'ЕГН',
  make: (random, bearer) => {
    const sex = random.integer(0, 4) * 2 + (bearer.female ? 1 : 0)
    const body = `${yymmdd(bearer, bearer.year >= 2000 ? 40 : 0)}${random.digits(2)}${sex}`
    return `${body}${(weightedSum(body, [2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11) % 10}`
  },
}

export const HR: IdentifierKind = {
  name: 'OIB',
  make: (random) => {
    const body = random.digits(10)
    return `${body}${mod11And10Digit(body)}`
  },
}

/** Begins with the days since the last day of 1899. */
export const UA: IdentifierKind = {
  name: 'РНОКПП',
  make: (random, bearer) => {
    const days = (Date.UTC(bearer.year, bearer.month - 1, bearer.day) - Date.UTC(1899, 11, 31)) / (24 * 60 * 60 * 1000)
    const body = `${String(days).padStart(5, '0')}${random.digits(3)}${sexDigit(random, bearer)}`
    const sum = weightedSum(body, [-1, 5, 7, 9, 4, 6, 10, 5, 7])
    return `${body}${(((sum % 11) + 11) % 11) % 10}`
  },
}

/** Estonia and Lithuania count alike: a second row of weights where the first leads to ten. */
function balticCode(random: Random, bearer: Bearer): string {
  const sex = (bearer.female ? 4 : 3) + (bearer.year >= 2000 ? 2 : 0)
  const serial = String(random.integer(1, 709)).padStart(3, '0')
  const body = `${sex}${yymmdd(bearer)}${serial}`
  const first = weightedSum(body, [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11
  const second = weightedSum(body, [3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11
  return `${body}${first === 10 ? second % 10 : first}`
}
