import { describe, expect, it } from 'vitest'
import { saslprep } from './saslprep.ts'

describe('SASLprep', () => {
  // RFC 4013, section 3, and cases where only part of the preparation applies.
  it.each([
    ['I\u00ADX', 'IX', 'a soft hyphen is mapped to nothing'],
    ['user', 'user', 'ASCII stays'],
    ['USER', 'USER', 'case stays'],
    ['\u00AA', 'a', 'compatibility forms are composed'],
    ['\u2168', 'IX', 'compatibility forms are composed'],
    ['a\u00A0b', 'a b', 'other spaces are spaces'],
    ['\uFF21', 'A', 'wide forms are composed'],
    ['\u0627\u0031\u0628', '\u06271\u0628', 'right-to-left text may hold digits'],
    ['p\u0061\u0308ss', 'p\u00E4ss', 'marks are composed'],
  ])('%j becomes %j: %s', (password, prepared) => {
    expect(saslprep(password)).toBe(prepared)
  })

  it.each([
    ['\u0007', 'control characters are prohibited'],
    ['\u0627\u0031', 'right-to-left text ends with a right-to-left letter'],
    ['\u0627a\u0628', 'right-to-left text holds no left-to-right letter'],
    ['\u00AD', 'nothing would be left'],
    ['\uFF21\u{1F600}', 'unassigned in Unicode 3.2'],
    ['\uE000\uFF21', 'private use is prohibited'],
    ['\u0340', 'prohibited, though its normal form is not'],
  ])('%j stays as it is: %s', (password) => {
    expect(saslprep(password)).toBe(password)
  })
})
