import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { copyLine } from './copy-text.ts'
import { loadDataLine } from './load-data-text.ts'
import { randomFor } from './random.ts'
import { shop, type ShopOptions } from './shop.ts'
import { date, money, timestamp } from './table.ts'

const SMALL: ShopOptions = { orders: 300, customers: 60, tickets: 40 }

function digest(options: ShopOptions): string {
  const hash = createHash('sha256')
  for (const table of shop(options)) for (const row of table.rows()) hash.update(copyLine(row))
  return hash.digest('hex')
}

test('the same seed gives the same shop, another seed another', () => {
  expect(digest({ ...SMALL, seed: 7 })).toBe(digest({ ...SMALL, seed: 7 }))
  expect(digest({ ...SMALL, seed: 7 })).not.toBe(digest({ ...SMALL, seed: 8 }))
})

test('a table gives the same rows each time it is asked, each as wide as its columns', () => {
  for (const table of shop(SMALL)) {
    const once = [...table.rows()]
    expect(once.every((row) => row.length === table.columns.length)).toBe(true)
    expect([...table.rows()]).toEqual(once)
  }
})

test('mail addresses and network addresses lie in the ranges that are set apart for examples', () => {
  const tables = new Map(shop(SMALL).map((table) => [table.name, table]))
  const values = (table: string, column: string): readonly string[] => {
    const found = tables.get(table)
    const at = found?.columns.indexOf(column) ?? -1
    return [...(found?.rows() ?? [])].map((row) => row[at] as string)
  }
  const mails = [...values('public.customers', 'email'), ...values('hr.employees', 'email')]
  expect(mails.filter((mail) => !/@(mail\.)?(example\.(com|net|org)|shop\.example)$/.test(mail))).toEqual([])
  const addresses = [...values('public.customers', 'last_ip'), ...values('public.orders', 'client_ip')]
  const documentation = /^(192\.0\.2\.|198\.51\.100\.|203\.0\.113\.|2001:db8:)/
  expect(addresses.filter((address) => !documentation.test(address))).toEqual([])
})

test('any text survives the text format of COPY', () => {
  // What the server does with a field, by the manual's table of escapes.
  const read = (field: string): string =>
    field.replaceAll(/\\(.)/g, (_whole, mark: string) => ({ n: '\n', r: '\r', t: '\t', '\\': '\\' })[mark] ?? '?')
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), (texts) => {
      const line = copyLine(texts)
      expect(line.indexOf('\n')).toBe(line.length - 1)
      expect(line.slice(0, -1).split('\t').map(read)).toEqual(texts)
    }),
    { interruptAfterTimeLimit: 2000 },
  )
})

test('values take the form that COPY expects', () => {
  expect(copyLine([null, true, 1.5, ['a "b"', 'c\\'], { k: 'v' }, Uint8Array.of(0, 255)])).toBe(
    '\\N\tt\t1.5\t{"a \\\\"b\\\\"","c\\\\\\\\"}\t{"k":"v"}\t\\\\x00ff\n',
  )
  expect([money(5), money(-12345), money(100)]).toEqual(['0.05', '-123.45', '1.00'])
  expect(timestamp(1)).toBe('1970-01-01 00:00:00.001')
  expect(date(0)).toBe('1970-01-01')
})

test('random numbers stay in their bounds and reach both ends', () => {
  const random = randomFor(1, 'bounds')
  const seen = new Set(Array.from({ length: 400 }, () => random.integer(-2, 3)))
  expect([...seen].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2, 3])
  expect(random.fill('A-@#')).toMatch(/^[A-Z]-[1-9]\d$/)
})

test('any text survives the text format of LOAD DATA', () => {
  // What the server does with a field, by the manual's table of escapes.
  const read = (field: string): string =>
    field.replaceAll(
      /\\(.)/g,
      (_whole, mark: string) => ({ n: '\n', r: '\r', t: '\t', '\\': '\\', '0': '\0', Z: '\u001A' })[mark] ?? '?',
    )
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), (texts) => {
      const line = loadDataLine(texts)
      expect(line.indexOf('\n')).toBe(line.length - 1)
      expect(line.slice(0, -1).split('\t').map(read)).toEqual(texts)
    }),
    { interruptAfterTimeLimit: 2000 },
  )
})

test('values take the form that LOAD DATA expects', () => {
  expect(loadDataLine([null, true, 1.5, ['a "b"', 'c\\'], { k: 'v' }, Uint8Array.of(0, 255)])).toBe(
    '\\N\t1\t1.5\t["a \\\\"b\\\\"","c\\\\\\\\"]\t{"k":"v"}\t00ff\n',
  )
})
