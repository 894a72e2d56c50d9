import { describe, expect, it } from 'vitest'
import { address, bytes, duration, durationOrNone, milliseconds, name, reference, size } from './values.ts'

describe('a value of a file', () => {
  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    [0, 0],
  ])('that is the duration %s has %d ms', (text, expected) => {
    expect(milliseconds(durationOrNone.parse(text))).toBe(expected)
  })

  it.each(['30', 30, '25d', '1.5s', '-1s', 's', '30 s', '', '1w'])('is no duration: %j', (text) => {
    expect(durationOrNone.safeParse(text).success).toBe(false)
  })

  it('that is nothing is no duration where there has to be one', () => {
    expect([duration.safeParse(0).success, duration.safeParse('0s').success, duration.safeParse('1s').success]).toEqual(
      [false, false, true],
    )
  })

  it.each([
    ['1B', 1],
    ['64KiB', 65_536],
    ['64MiB', 67_108_864],
    ['1GiB', 1_073_741_824],
    [4096, 4096],
  ])('that is the size %s has %d bytes', (text, expected) => {
    expect(bytes(size.parse(text))).toBe(expected)
  })

  it.each(['64MB', '64', 0, -1, 1.5, '1TiB', '0B', '2000GiB', 2 ** 50])('is no size: %j', (text) => {
    expect(size.safeParse(text).success).toBe(false)
  })

  it.each(['hunter2', 'file:', 'env:', 'env:1A', 'env:A B', ' file:x', 'http://x'])('is no reference: %j', (text) => {
    expect(reference.safeParse(text).success).toBe(false)
  })

  it.each(['localhost', ':80', 'a b:80', '::1:80', '[::1]', 'a:b', 'a:123456'])('is no address: %j', (text) => {
    expect(address.safeParse(text).success).toBe(false)
  })

  it.each(['', '-a', 'a b', 'a"b', "a'b", 'a\n', 'é', 'a'.repeat(64)])('is no name: %j', (text) => {
    expect(name.safeParse(text).success).toBe(false)
  })
})
