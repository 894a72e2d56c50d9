import { isPossiblePhoneNumber, isValidPhoneNumber } from 'libphonenumber-js/max'
import { stdnum } from 'stdnum'
import { expect, test } from 'vitest'
import { cardNumber, iban } from '../bank.ts'
import { COUNTRIES } from '../countries.ts'
import { invent } from '../person.ts'
import { PLACES } from '../places.ts'
import { randomFor } from '../random.ts'
import { luhnDigit, mod11And10Digit, verhoeffDigit } from './check-digits.ts'

const EACH = 200
const FICTION = ['GB', 'FR']

test.each(COUNTRIES.map((country) => [country.code, country] as const))(
  'national identifiers of %s have right check digits',
  (code, country) => {
    const refused = invented(country.code).filter((value) => !judge(code, value))
    expect(refused).toEqual([])
    expect(new Set(invented(country.code)).size).toBeGreaterThan(EACH / 2)
  },
)

test.each(COUNTRIES.filter((country) => country.code !== 'US').map((country) => country.code))(
  'an identifier of %s with one digit changed is mostly refused',
  (code) => {
    const changed = invented(code).map((value) =>
      value.replace(/\d(?=\D*$)/, (digit) => String((Number(digit) + 1) % 10)),
    )
    const refused = changed.filter((value) => !judge(code, value))
    expect(refused.length).toBeGreaterThan(EACH * 0.6)
  },
)

test('published examples of check digits come out right', () => {
  expect(luhnDigit('7992739871')).toBe(3)
  expect(luhnDigit('411111111111111')).toBe(1)
  expect(verhoeffDigit('236')).toBe(3)
  expect(mod11And10Digit('0794')).toBe(5)
})

test('cards satisfy Luhn, and IBANs the rule of their country', () => {
  const random = randomFor(7, 'bank')
  for (let at = 0; at < EACH; at++) expect(passesLuhn(cardNumber(random))).toBe(true)
  for (const country of COUNTRIES.filter((one) => one.bban !== '')) {
    const accounts = Array.from({ length: 40 }, () => iban(country, random) ?? '')
    expect(
      accounts.filter((account) => account.length !== Number(IBAN_LENGTHS[country.code]) || ibanRest(account) !== 1n),
    ).toEqual([])
  }
})

test('phone numbers are such as their country could give', () => {
  const wrong = COUNTRIES.flatMap((country) => {
    const numbers = Array.from({ length: 30 }, (_, at) => invent(country, randomFor(5, country.code, at)).phone)
    // Numbers set apart for fiction are numbers that nobody has, which the library counts as not valid.
    const isRight = FICTION.includes(country.code) ? isPossiblePhoneNumber : isValidPhoneNumber
    return numbers.filter((number) => !isRight(number)).slice(0, 1)
  })
  expect(wrong).toEqual([])
})

test('every country has places, and every name can be written in a mail address', () => {
  for (const country of COUNTRIES) {
    expect(PLACES[country.code]?.cities.length).toBeGreaterThan(2)
    for (let at = 0; at < 60; at++) {
      expect(invent(country, randomFor(9, country.code, at)).handle).toMatch(/^[a-z]+\.[a-z]+$/)
    }
  }
})

function invented(code: string): readonly string[] {
  const country = COUNTRIES.find((one) => one.code === code)
  if (country === undefined) throw new RangeError(code)
  return Array.from({ length: EACH }, (_, at) => invent(country, randomFor(3, code, at)).identifier.value)
}

/** Another implementation of the same rules; where it has none, the rule written the other way round. */
function judge(code: string, value: string): boolean {
  const digits = value.replaceAll(/\D/g, '')
  if (code === 'GB') return sum(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0
  if (code === 'DK') return sum(digits, [4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0
  if (code === 'SA') return passesLuhn(digits)
  if (code === 'JP') {
    const rest = sum(digits, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11
    return rest === 0 || (digits.endsWith('0') && rest === 1)
  }
  const kinds = JUDGES[code]?.split(',') ?? []
  const validators = (
    stdnum as unknown as Record<string, Record<string, { validate(text: string): { isValid: boolean } }>>
  )[code]
  if (kinds.length === 0 || validators === undefined) throw new RangeError(`nobody judges ${code}`)
  return kinds.some((kind) => validators[kind]?.validate(value.replaceAll('.', '')).isValid === true)
}

function sum(digits: string, weights: readonly number[]): number {
  return Array.from(digits).reduce((total, digit, at) => total + Number(digit) * (weights[at] ?? 0), 0)
}

function passesLuhn(digits: string): boolean {
  const doubled = Array.from(digits)
    .reverse()
    .map((digit, at) => Number(digit) * (at % 2 === 0 ? 1 : 2))
  return doubled.reduce((total, value) => total + Math.floor(value / 10) + (value % 10), 0) % 10 === 0
}

function ibanRest(account: string): bigint {
  const turned = account.slice(4) + account.slice(0, 4)
  return (
    BigInt(
      Array.from(turned)
        .map((letter) => parseInt(letter, 36))
        .join(''),
    ) % 97n
  )
}

// What the library calls the identifiers of each country.
const JUDGES = pairs(
  'US:ssn CA:sin MX:curp BR:cpf CL:rut CO:nit IE:pps FR:nir BE:nn NL:bsn DE:idnr AT:vnr CH:ssn ES:dni,nie PT:nif ' +
    'IT:codicefiscale GR:amka SE:personnummer NO:fodselsnummer FI:hetu EE:ik LT:asmens PL:pesel CZ:rc RO:cnp BG:egn ' +
    'HR:oib UA:rntrc TR:tckimlik IL:idnr ZA:idnr AU:tfn CN:ric KR:rrn TH:idnr IN:aadhaar',
)

// From the IBAN registry that SWIFT keeps for ISO 13616.
const IBAN_LENGTHS = pairs(
  'BR:29 GB:22 IE:22 FR:27 BE:16 NL:18 DE:22 AT:20 CH:21 ES:24 PT:25 IT:27 GR:27 SE:24 NO:15 DK:18 FI:18 EE:20 LT:20 ' +
    'PL:28 CZ:24 RO:24 BG:22 HR:21 UA:29 TR:26 IL:23 SA:24',
)

function pairs(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(text.split(' ').map((pair) => pair.split(':') as [string, string]))
}
