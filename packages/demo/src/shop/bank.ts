import type { Country } from './countries.ts'
import { luhnDigit, remainder } from './identifiers/check-digits.ts'
import type { Random } from './random.ts'

/** An IBAN with right check digits (ISO 13616), or null where the country has none. */
export function iban(country: Country, random: Random): string | null {
  if (country.bban === '') return null
  const bban = country.code === 'BE' ? belgianAccount(random) : random.fill(country.bban)
  const check = 98 - remainder(lettersAsNumbers(`${bban}${country.code}00`), 97)
  return `${country.code}${String(check).padStart(2, '0')}${bban}`
}

/** A card number under a prefix that issuers and payment services keep for tests, with Luhn's digit. */
export function cardNumber(random: Random): string {
  const { prefix, length } = random.pick(CARDS)
  const body = prefix + random.digits(length - prefix.length - 1)
  return `${body}${luhnDigit(body)}`
}

/** Belgium alone of those here has check digits inside the account number that common validators look at. */
function belgianAccount(random: Random): string {
  const body = random.fill('@#########')
  const rest = remainder(body, 97)
  return body + String(rest === 0 ? 97 : rest).padStart(2, '0')
}

function lettersAsNumbers(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55))
}

const CARDS = [
  { prefix: '424242', length: 16 },
  { prefix: '411111', length: 16 },
  { prefix: '555555', length: 16 },
  { prefix: '510510', length: 16 },
  { prefix: '222300', length: 16 },
  { prefix: '378282', length: 15 },
  { prefix: '601111', length: 16 },
  { prefix: '356600', length: 16 },
  { prefix: '305693', length: 14 },
] as const
