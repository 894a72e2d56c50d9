import { z } from 'zod'

/** What a timer of Node can hold: 2^31 - 1. */
const MAX_TIMER_MS = 2_147_483_647
const MAX_BYTES = 1024 ** 4
const DURATION_FORM = 'a duration is a number with a unit, as in 500ms, 30s, 5m, 2h or 1d'
const SIZE_FORM = 'a size is a number of bytes, or one with a unit, as in 64KiB, 16MiB or 1GiB'

/** A map with these keys and no others. What is unknown is refused with the keys that are known. */
export function section<S extends z.core.$ZodLooseShape>(
  shape: S,
  description?: string,
): ReturnType<typeof z.strictObject<S>> {
  const known = Object.keys(shape).join(', ')
  const schema = z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? known : undefined),
  })
  return description === undefined ? schema : schema.describe(description)
}

/** The name of a connection, an agent or a set: clients type it as a user name, so it holds no blanks and no quotes. */
export const name: z.ZodString = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'a name is 1 to 63 letters, digits, dots, dashes and underscores')

/** `host:port`. */
export const address: z.ZodString = z
  .string()
  .regex(/^(\[[0-9A-Fa-f:.%]+\]|[A-Za-z0-9._-]+):\d{1,5}$/, 'an address is host:port, with an IPv6 host in brackets')
  .describe('host:port; an IPv6 host in brackets')

/** `file:PATH` or `env:NAME`. */
export const reference: z.ZodString = z
  .string()
  .regex(
    /^(file:.+|env:[A-Za-z_][A-Za-z0-9_]*)$/,
    'secrets and keys are given by reference, file:PATH or env:NAME, never in the file itself',
  )
  .describe('file:PATH (relative to this file) or env:NAME; never the value itself')

const timeText = z
  .string()
  .regex(/^\d{1,9}(ms|s|m|h|d)$/, DURATION_FORM)
  .refine((text) => milliseconds(text) <= MAX_TIMER_MS, 'a duration is at most 24d')

/** `500ms`, `30s`, `5m`, `2h`, `1d`; more than nothing. */
export const duration: z.ZodType<string> = timeText
  .refine((text) => milliseconds(text) > 0, 'this duration is more than 0')
  .describe('a duration: 500ms, 30s, 5m, 2h or 1d')

/** A duration, or 0 for none. */
export const durationOrNone: z.ZodType<string | 0> = z
  .union([timeText, z.literal(0)], DURATION_FORM)
  .describe('a duration: 500ms, 30s, 5m, 2h or 1d; 0 is none')

/** `64MiB`, `1GiB`, or plain bytes. */
export const size: z.ZodType<string | number> = z
  .union(
    [
      z
        .string()
        .regex(/^\d{1,9}(B|KiB|MiB|GiB)$/, SIZE_FORM)
        .refine((text) => bytes(text) > 0 && bytes(text) <= MAX_BYTES, 'a size is more than 0 and at most 1024GiB'),
      z.number().int().min(1).max(MAX_BYTES),
    ],
    SIZE_FORM,
  )
  .describe('a size: 64KiB, 16MiB, 1GiB, or a number of bytes')

/** A number of things, at least one. */
export const count: z.ZodNumber = z.number().int().min(1).max(1_000_000_000)

/** Milliseconds of a duration that fits `durationOrNone`. */
export function milliseconds(text: string | 0): number {
  const [, digits = '0', unit = 'ms'] = /^(\d+)([a-z]+)$/.exec(String(text)) ?? []
  return Number(digits) * (UNITS_MS[unit] ?? 1)
}

/** Bytes of a size that fits `size`. */
export function bytes(value: string | number): number {
  if (typeof value === 'number') return value
  const [, digits = '0', unit = 'B'] = /^(\d+)([A-Za-z]+)$/.exec(value) ?? []
  return Number(digits) * (UNITS_BYTES[unit] ?? 1)
}

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const UNITS_BYTES: Readonly<Record<string, number>> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 }
