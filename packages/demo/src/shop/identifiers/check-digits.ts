/** Sum of the digits of `digits`, each times its weight. */
export function weightedSum(digits: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, at) => sum + weight * Number(digits.charAt(at)), 0)
}

/** The digit that, put behind `digits`, satisfies Luhn's rule (ISO/IEC 7812-1, annex B). */
export function luhnDigit(digits: string): number {
  let sum = 0
  for (let at = digits.length - 1, double = true; at >= 0; at--, double = !double) {
    const digit = Number(digits.charAt(at)) * (double ? 2 : 1)
    sum += digit > 9 ? digit - 9 : digit
  }
  return (10 - (sum % 10)) % 10
}

/** The check digit of ISO/IEC 7064, MOD 11,10 (hybrid system). */
export function mod11And10Digit(digits: string): number {
  let product = 10
  for (const digit of digits) {
    const sum = (Number(digit) + product) % 10
    product = ((sum === 0 ? 10 : sum) * 2) % 11
  }
  return (11 - product) % 10
}

/** The check digit of J. Verhoeff's scheme over the dihedral group D5. */
export function verhoeffDigit(digits: string): number {
  let check = 0
  for (let at = 0; at < digits.length; at++) {
    const digit = Number(digits.charAt(digits.length - 1 - at))
    check = dihedral(check, permuted(digit, at + 1))
  }
  return check < 5 ? (5 - check) % 5 : check
}

/** `digits` modulo `divisor`, for numbers longer than a double holds. */
export function remainder(digits: string, divisor: number): number {
  let rest = 0
  for (const digit of digits) rest = (rest * 10 + Number(digit)) % divisor
  return rest
}

/** Multiplication in D5: below 5 rotations, from 5 on reflections. */
function dihedral(a: number, b: number): number {
  if (a < 5) return b < 5 ? (a + b) % 5 : 5 + ((a + b) % 5)
  return b < 5 ? 5 + ((a - b) % 5) : (a - b + 5) % 5
}

function permuted(digit: number, times: number): number {
  let at = digit
  for (let turn = 0; turn < times % 8; turn++) at = VERHOEFF_PERMUTATION[at] ?? 0
  return at
}

const VERHOEFF_PERMUTATION: readonly number[] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]
