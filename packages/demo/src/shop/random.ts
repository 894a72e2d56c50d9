/** Numbers that look random and are the same on every run with the same seed. */
export interface Random {
  /** At least 0, below 1. */
  fraction(): number
  /** From `min` to `max`, both included. */
  integer(min: number, max: number): number
  chance(probability: number): boolean
  pick<T>(from: readonly T[]): T
  /** A string of `count` decimal digits. */
  digits(count: number): string
  /** `shape` with every `#` a digit, every `@` a digit from 1 to 9, every `A` a capital letter; all else stays. */
  fill(shape: string): string
  /** `count` characters of `alphabet`. */
  text(count: number, alphabet: string): string
  bytes(count: number): Uint8Array
}

/**
 * The random numbers that belong to one thing, such as `('order', 17)`. Each thing has its own, so any row can be made
 * without the rows before it. Generator: mulberry32; names are mixed in with FNV-1a.
 */
export function randomFor(seed: number, kind: string, index = 0): Random {
  let state = seed | 0
  for (let at = 0; at < kind.length; at++) state = Math.imul(state ^ kind.charCodeAt(at), 0x01000193)
  state = Math.imul(state ^ index, 0x9e3779b1) ^ (index >>> 3)
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b)
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const integer = (min: number, max: number): number => min + Math.floor(fraction() * (max - min + 1))
  const text = (count: number, alphabet: string): string => {
    let made = ''
    for (let at = 0; at < count; at++) made += alphabet.charAt(integer(0, alphabet.length - 1))
    return made
  }
  const digits = (count: number): string => text(count, DIGITS)
  return {
    fraction,
    integer,
    text,
    digits,
    chance: (probability) => fraction() < probability,
    pick: <T>(from: readonly T[]) => from[integer(0, from.length - 1)] as T,
    fill: (shape) =>
      shape.replaceAll(/[#@A]/g, (mark) =>
        mark === '#' ? digits(1) : mark === '@' ? String(integer(1, 9)) : text(1, CAPITALS),
      ),
    bytes: (count) => Uint8Array.from({ length: count }, () => integer(0, 255)),
  }
}

const DIGITS = '0123456789'
const CAPITALS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
