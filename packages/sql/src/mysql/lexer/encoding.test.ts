import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SINGLE_BYTE_CHARACTERS } from '../catalogue/generated/characters.ts'
import { failure, relations, statement } from '../testdata/analyse.ts'
import { bytesOf, charactersOf, readsAlike } from './encoding.ts'

const SETS = Object.keys(SINGLE_BYTE_CHARACTERS)
const latin1 = { characterSet: 'latin1' }

describe('character sets of one byte', () => {
  test.each(SETS)('every byte of %s is one character or none, and comes back', (set) => {
    const { all, names } = SINGLE_BYTE_CHARACTERS[set]!
    expect(all.length).toBe(128)
    expect(Array.from(names).every((letter) => all.includes(letter) && letter !== '\ufffd')).toBe(true)
    const bytes = Array.from({ length: 128 }, (_, at) => String.fromCharCode(at + 128))
    const characters = bytes.filter((byte) => charactersOf(byte, set) !== '\ufffd')
    expect(characters.map((byte) => bytesOf(charactersOf(byte, set), set))).toEqual(characters)
  })

  test('are read as their letters', () => {
    expect(charactersOf('\u0080\u0081\u00e9', 'latin1')).toBe('€\u0081é')
    expect(charactersOf('\u00cf', 'cp1251')).toBe('П')
    expect(charactersOf('\u00e9', 'binary')).toBe('é')
    expect(bytesOf('a€П', 'latin1')).toBe('a\u0080?')
    expect(relations('SELECT prénom FROM employés', latin1)).toEqual(['employés:read(prénom)'])
    expect(relations('SELECT `a§` FROM `t€`', latin1)).toEqual(['t€:read(a§)'])
    expect(statement("SELECT 'é' -- à\n, 1 /* \u00a0 */", latin1).kind).toBe('select')
  })

  test.each([
    ['white space of latin1', 'SELECT a\u00a0FROM t'],
    ['a sign', 'SELECT 1 AS a×b'],
    ['a control character behind dashes', 'SELECT 1 --\u0081\n+ 1'],
    ['white space behind dashes', 'SELECT 1 --\u00a0\n+ 1'],
    ['a variable that goes on', 'SELECT @é'],
    ['a hint', 'SELECT /*+ SET_VAR(\u00a0sql_mode = 1) */ 1'],
    ['an executable comment', 'SELECT 1 /*! AS a\u00a0 */'],
    ['a tag of dollars', 'SELECT $é$ 1 $é$'],
  ])('outside of strings and quotes what is no letter is refused: %s', (_, text) => {
    expect(failure(text, { ...latin1 })).toBe('syntax')
  })

  test('names in quotes of the set binary are bytes that nobody knows', () => {
    expect(failure("INSERT INTO t VALUES ('\u00ff\u00d8\u0080')", { characterSet: 'binary' })).toBeUndefined()
    expect(failure('SELECT `é` FROM t', { characterSet: 'binary' })).toBe('syntax')
    expect(failure('SELECT é FROM t', { characterSet: 'binary' })).toBe('syntax')
  })

  test('a text inside a text that is beyond ASCII is unknown: MySQL reads it in another set', () => {
    expect(statement("PREPARE s FROM 'SELECT 1'", latin1).effects.has('unknown')).toBe(false)
    expect(statement("PREPARE s FROM 'SELECT ''é'''", latin1).effects.has('unknown')).toBe(true)
  })

  test('the rest of a text is in the set that was chosen before it', () => {
    expect(failure("SET NAMES latin1; SELECT 'a'")).toBeUndefined()
    expect(failure("SET NAMES latin1; SELECT 'é'")).toBe('encoding')
    expect(failure("SET NAMES utf8mb4; SELECT 'é'", latin1)).toBe('encoding')
    expect(failure("SET NAMES cp1250; SELECT 'é'", latin1)).toBe('encoding')
    expect(failure("SET NAMES utf8mb3; SELECT 'é'")).toBeUndefined()
    expect(readsAlike('é', 'latin1', 'latin1')).toBe(true)
  })

  test('any bytes give a text, and readable texts their bytes', () => {
    const bytes = fc.uint8Array({ maxLength: 40 }).map((each) => String.fromCharCode(...each))
    fc.assert(
      fc.property(bytes, fc.constantFrom(...SETS, 'binary'), (given, set) => {
        const text = charactersOf(given, set)
        expect(text.length).toBe(given.length)
        expect(text.includes('\ufffd') || bytesOf(text, set) === given).toBe(true)
      }),
      { interruptAfterTimeLimit: 2000, numRuns: 2000 },
    )
  })
})
