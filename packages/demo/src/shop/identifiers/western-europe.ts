import { luhnDigit, mod11And10Digit, remainder, weightedSum } from './check-digits.ts'
import { ddmmyy, two, yymmdd, type IdentifierKind } from './person.ts'

/** 999 is the range that is never given to a patient. */
export const GB: IdentifierKind = {
  name: 'NHS number',
  make: (random) => {
    const body = `999${random.digits(6)}`
    const check = (11 - (weightedSum(body, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11
    return check === 10 ? undefined : `${body.slice(0, 3)} ${body.slice(3, 6)} ${body.slice(6)}${check}`
  },
}

export const IE: IdentifierKind = {
  name: 'PPS number',
  make: (random) => {
    const body = random.digits(7)
    return body + 'WABCDEFGHIJKLMNOPQRSTUV'.charAt(weightedSum(body, [8, 7, 6, 5, 4, 3, 2]) % 23)
  },
}

export const FR: IdentifierKind = {
  name: 'NIR',
  make: (random, bearer) => {
    const place = two(random.pick([13, 31, 33, 34, 44, 59, 67, 69, 75, 76]))
    const serial = String(random.integer(1, 999)).padStart(3, '0')
    const commune = String(random.integer(1, 300)).padStart(3, '0')
    const body = `${bearer.female ? 2 : 1}${two(bearer.year)}${two(bearer.month)}${place}${commune}${serial}`
    return body + two(97 - remainder(body, 97))
  },
}

export const BE: IdentifierKind = {
  name: 'Rijksregisternummer',
  make: (random, bearer) => {
    const serial = String(random.integer(1, 498) * 2 - (bearer.female ? 0 : 1)).padStart(3, '0')
    const body = yymmdd(bearer) + serial
    const check = 97 - remainder(bearer.year >= 2000 ? `2${body}` : body, 97)
    return `${two(bearer.year)}.${two(bearer.month)}.${two(bearer.day)}-${serial}.${two(check)}`
  },
}

export const NL: IdentifierKind = {
  name: 'BSN',
  make: (random) => {
    const body = String(random.integer(1, 9)) + random.digits(7)
    const check = weightedSum(body, [9, 8, 7, 6, 5, 4, 3, 2]) % 11
    return check === 10 ? undefined : `${body}${check}`
  },
}

/** Of the first ten digits one is there twice and one is missing. */
export const DE: IdentifierKind = {
  name: 'Steuer-ID',
  make: (random) => {
    const digits = Array.from('0123456789')
    const missing = random.integer(0, 9)
    const twice = (missing + random.integer(1, 9)) % 10
    digits[missing] = String(twice)
    for (let at = 9; at > 0; at--) {
      const other = random.integer(0, at)
      ;[digits[at], digits[other]] = [digits[other] ?? '', digits[at] ?? '']
    }
    const body = digits.join('')
    return body.startsWith('0') ? undefined : `${body}${mod11And10Digit(body)}`
  },
}

export const AT: IdentifierKind = {
  name: 'Sozialversicherungsnummer',
  make: (random, bearer) => {
    const serial = String(random.integer(100, 999))
    const check = weightedSum(serial + ddmmyy(bearer), [3, 7, 9, 5, 8, 4, 2, 1, 6]) % 11
    return check === 10 ? undefined : `${serial}${check} ${ddmmyy(bearer)}`
  },
}

export const CH: IdentifierKind = {
  name: 'AHV-Nummer',
  make: (random) => {
    const body = `756${random.digits(9)}`
    const check = (10 - (weightedSum(body, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]) % 10)) % 10
    const all = `${body}${check}`
    return `${all.slice(0, 3)}.${all.slice(3, 7)}.${all.slice(7, 11)}.${all.slice(11)}`
  },
}

export const ES: IdentifierKind = {
  name: 'DNI',
  make: (random) => {
    const foreigner = random.chance(0.1)
    const body = foreigner ? random.digits(7) : random.digits(8)
    const letter = 'TRWAGMYFPDXBNJZSQVHLCKE'.charAt(Number(body) % 23)
    return foreigner ? `X${body}${letter}` : `${body}${letter}`
  },
}

export const PT: IdentifierKind = {
  name: 'NIF',
  make: (random) => {
    const body = String(random.integer(1, 2)) + random.digits(7)
    const check = 11 - (weightedSum(body, [9, 8, 7, 6, 5, 4, 3, 2]) % 11)
    return `${body}${check >= 10 ? 0 : check}`
  },
}

export const IT: IdentifierKind = {
  name: 'Codice fiscale',
  make: (random, bearer) => {
    const place = random.pick(['A944', 'D612', 'F205', 'F839', 'G273', 'H501', 'L219', 'L736'])
    const body =
      threeLetters(bearer.family, false) +
      threeLetters(bearer.given, true) +
      two(bearer.year) +
      'ABCDEHLMPRST'.charAt(bearer.month - 1) +
      two(bearer.day + (bearer.female ? 40 : 0)) +
      place
    let sum = 0
    for (let at = 0; at < body.length; at++) {
      const code = body.charCodeAt(at)
      const value = code < 65 ? code - 48 : code - 65
      sum += at % 2 === 0 ? (ITALIAN_ODD[value] ?? 0) : value
    }
    return body + String.fromCharCode(65 + (sum % 26))
  },
}

export const GR: IdentifierKind = {
  name: 'AMKA',
  make: (random, bearer) => {
    const body = ddmmyy(bearer) + random.digits(4)
    return `${body}${luhnDigit(body)}`
  },
}

/** Consonants first, then vowels, then X; of a given name with four consonants the second is left out. */
function threeLetters(name: string, isGiven: boolean): string {
  const letters = name.toUpperCase().replaceAll(/[^A-Z]/g, '')
  const consonants = letters.replaceAll(/[AEIOU]/g, '')
  if (isGiven && consonants.length >= 4) return consonants.charAt(0) + consonants.charAt(2) + consonants.charAt(3)
  return `${consonants}${letters.replaceAll(/[^AEIOU]/g, '')}XXX`.slice(0, 3)
}

const ITALIAN_ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23]
