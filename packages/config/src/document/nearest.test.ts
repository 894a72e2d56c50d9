import { describe, expect, it } from 'vitest'
import { nearest } from './nearest.ts'

const KEYS = ['postgres', 'http', 'tunnel', 'statement_bytes', 'statement_timeout']

describe('the nearest word', () => {
  it.each([
    ['postgress', 'postgres'],
    ['htpp', 'http'],
    ['Tunnel', 'tunnel'],
    ['statement-bytes', 'statement_bytes'],
    ['statment_timout', 'statement_timeout'],
  ])('to %s is %s', (word, meant) => {
    expect(nearest(word, KEYS)).toBe(meant)
  })

  it('is none when no word is near', () => {
    expect(nearest('zebra', KEYS)).toBeUndefined()
    expect(nearest('x', KEYS)).toBeUndefined()
    expect(nearest('x'.repeat(100_000), KEYS)).toBeUndefined()
  })
})
