import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { ConfigError } from './errors.ts'
import { loadDev } from './load.ts'
import { directory, ENV, example } from './testdata/file.ts'

/** Undefined when the file is accepted; throws what no file may cause. */
async function refusalOf(path: string): Promise<ConfigError | undefined> {
  try {
    await loadDev(path, { env: ENV })
    return undefined
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
}

/** Whether an error can be shown to anybody. */
function isPresentable(error: ConfigError | undefined): boolean {
  if (error === undefined) return true
  const secrets = Object.values(ENV).filter((value) => error.message.includes(value))
  return (
    error.problems.length > 0 &&
    error.problems.every(({ message }) => message.endsWith('.') || message.endsWith('?')) &&
    secrets.length === 0
  )
}

it('any damage to a file is accepted or refused with sentences, and shows no secret', async () => {
  const path = join(directory(), 'dev.yaml')
  const text = example()
  const damage = fc.record({ at: fc.nat(text.length), cut: fc.nat(40), put: fc.string({ maxLength: 12 }) })
  await fc.assert(
    fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 3 }), async (damages) => {
      let damaged = text
      for (const { at, cut, put } of damages) damaged = damaged.slice(0, at) + put + damaged.slice(at + cut)
      writeFileSync(path, damaged)
      expect(isPresentable(await refusalOf(path))).toBe(true)
    }),
    { numRuns: 200, interruptAfterTimeLimit: 4000 },
  )
})

it('any value in any place is accepted or refused with sentences, and shows no secret', async () => {
  const path = join(directory(), 'dev.yaml')
  const whole: unknown = parse(example())
  const places = placesOf(whole)
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...places), fc.jsonValue({ maxDepth: 2 }), async (place, value) => {
      writeFileSync(path, stringify(replaced(whole, place, value)))
      expect(isPresentable(await refusalOf(path))).toBe(true)
    }),
    { numRuns: 200, interruptAfterTimeLimit: 4000 },
  )
})

type Place = readonly (string | number)[]

function placesOf(value: unknown, place: Place = []): readonly Place[] {
  if (typeof value !== 'object' || value === null) return [place]
  const keys = Array.isArray(value) ? value.keys() : Object.keys(value)
  return [
    place,
    ...[...keys].flatMap((key) => placesOf((value as Record<string | number, unknown>)[key], [...place, key])),
  ]
}

function replaced(whole: unknown, [key, ...rest]: Place, value: unknown): unknown {
  if (key === undefined) return value
  if (Array.isArray(whole))
    return whole.map((item: unknown, index) => (index === key ? replaced(item, rest, value) : item))
  return Object.fromEntries(
    Object.entries(whole as object).map(([name, item]) => [name, name === key ? replaced(item, rest, value) : item]),
  )
}
