import { luhnDigit, verhoeffDigit, weightedSum } from './check-digits.ts'
import { sexDigit, two, yymmdd, type IdentifierKind } from './person.ts'

/** Has no check digit; some areas were never given out. */
export const US: IdentifierKind = {
  name: 'Social Security number',
  make: (random) => {
    const area = random.integer(1, 899)
    const group = two(random.integer(1, 99))
    const serial = String(random.integer(1, 9999)).padStart(4, '0')
    return area === 666 ? undefined : `${String(area).padStart(3, '0')}-${group}-${serial}`
  },
}

export const CA: IdentifierKind = {
  name: 'Social Insurance Number',
  make: (random) => {
    const body = String(random.integer(1, 7)) + random.digits(7)
    const all = `${body}${luhnDigit(body)}`
    return `${all.slice(0, 3)} ${all.slice(3, 6)} ${all.slice(6)}`
  },
}

export const MX: IdentifierKind = {
  name: 'CURP',
  make: (random, bearer) => {
    const family = bearer.family.toUpperCase()
    const vowel = /[AEIOU]/.exec(family.slice(1))?.[0] ?? 'X'
    // The registry alters names that begin an unseemly word; none of those has one of these as its third letter.
    const name = `${family.charAt(0)}${vowel}${random.text(1, 'FHRSV')}${bearer.given.toUpperCase().charAt(0)}`
    const state = random.pick(['AS', 'BC', 'CH', 'DF', 'GR', 'JC', 'MC', 'NL', 'OC', 'PL', 'SL', 'VZ'])
    const consonants = random.text(3, 'BCDFGHJKLMNPQRSTVWXYZ')
    const century = bearer.year >= 2000 ? random.text(1, 'ABCDEFGH') : random.digits(1)
    const body = `${name}${yymmdd(bearer)}${bearer.female ? 'M' : 'H'}${state}${consonants}${century}`
    let sum = 0
    for (let at = 0; at < body.length; at++) sum += (18 - at) * CURP_ALPHABET.indexOf(body.charAt(at))
    return `${body}${(10 - (sum % 10)) % 10}`
  },
}

export const BR: IdentifierKind = {
  name: 'CPF',
  make: (random) => {
    const body = random.digits(9)
    const first = elevenMinus(weightedSum(body, [10, 9, 8, 7, 6, 5, 4, 3, 2]))
    const second = elevenMinus(weightedSum(`${body}${first}`, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]))
    return `${body.slice(0, 3)}.${body.slice(3, 6)}.${body.slice(6)}-${first}${second}`
  },
}

export const CL: IdentifierKind = {
  name: 'RUT',
  make: (random) => {
    const body = String(random.integer(5_000_000, 24_999_999)).padStart(8, '0')
    const check = (11 - (weightedSum(body, [3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11
    return `${Number(body.slice(0, 2))}.${body.slice(2, 5)}.${body.slice(5)}-${check === 10 ? 'K' : check}`
  },
}

export const CO: IdentifierKind = {
  name: 'NIT',
  make: (random) => {
    const body = String(random.integer(1, 9)) + random.digits(8)
    const rest = weightedSum(body, [41, 37, 29, 23, 19, 17, 13, 7, 3]) % 11
    return `${body.slice(0, 3)}.${body.slice(3, 6)}.${body.slice(6)}-${rest < 2 ? rest : 11 - rest}`
  },
}

export const TR: IdentifierKind = {
  name: 'T.C. Kimlik No',
  make: (random) => {
    const body = String(random.integer(1, 9)) + random.digits(8)
    const tenth = (weightedSum(body, [7, -1, 7, -1, 7, -1, 7, -1, 7]) + 100) % 10
    const eleventh = weightedSum(`${body}${tenth}`, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]) % 10
    return `${body}${tenth}${eleventh}`
  },
}

export const IL: IdentifierKind = {
  name: 'מספר זהות',
  make: (random) => {
    const body = random.digits(8)
    return `${body}${luhnDigit(body)}`
  },
}

export const SA: IdentifierKind = {
  name: 'رقم الهوية',
  make: (random) => {
    const body = `1${random.digits(8)}`
    return `${body}${luhnDigit(body)}`
  },
}

export const ZA: IdentifierKind = {
  name: 'ID number',
  make: (random, bearer) => {
    const serial = random.integer(0, 4999) + (bearer.female ? 0 : 5000)
    const body = `${yymmdd(bearer)}${String(serial).padStart(4, '0')}08`
    return `${body}${luhnDigit(body)}`
  },
}

export const AU: IdentifierKind = {
  name: 'Tax File Number',
  make: (random) => {
    const body = String(random.integer(1, 9)) + random.digits(7)
    const check = weightedSum(body, [1, 4, 3, 7, 5, 8, 6, 9]) % 11
    return check === 10 ? undefined : `${body.slice(0, 3)} ${body.slice(3, 6)} ${body.slice(6)}${check}`
  },
}

export const CN: IdentifierKind = {
  name: '居民身份证',
  make: (random, bearer) => {
    const place = random.pick(['110101', '310101', '440103', '330102', '510104', '420102'])
    const body = `${place}${bearer.year}${two(bearer.month)}${two(bearer.day)}${random.digits(2)}${sexDigit(random, bearer)}`
    const sum = weightedSum(body, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
    return body + '10X98765432'.charAt(sum % 11)
  },
}

export const JP: IdentifierKind = {
  name: 'マイナンバー',
  make: (random) => {
    const body = random.digits(11)
    const rest = weightedSum(body, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11
    return `${body}${rest <= 1 ? 0 : 11 - rest}`
  },
}

export const KR: IdentifierKind = {
  name: '주민등록번호',
  make: (random, bearer) => {
    const sex = (bearer.female ? 2 : 1) + (bearer.year >= 2000 ? 2 : 0)
    const body = `${yymmdd(bearer)}${sex}${two(random.integer(0, 95))}${random.digits(3)}`
    const check = (11 - (weightedSum(body, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11)) % 10
    return `${body.slice(0, 6)}-${body.slice(6)}${check}`
  },
}

export const TH: IdentifierKind = {
  name: 'เลขประจำตัวประชาชน',
  make: (random) => {
    const body = String(random.integer(1, 8)) + random.digits(11)
    const check = (11 - (weightedSum(body, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10
    return `${body.charAt(0)}-${body.slice(1, 5)}-${body.slice(5, 10)}-${body.slice(10)}-${check}`
  },
}

export const IN: IdentifierKind = {
  name: 'आधार',
  make: (random) => {
    const body = String(random.integer(2, 9)) + random.digits(10)
    const all = `${body}${verhoeffDigit(body)}`
    return `${all.slice(0, 4)} ${all.slice(4, 8)} ${all.slice(8)}`
  },
}

function elevenMinus(sum: number): number {
  const rest = sum % 11
  return rest < 2 ? 0 : 11 - rest
}

const CURP_ALPHABET = '0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ'
