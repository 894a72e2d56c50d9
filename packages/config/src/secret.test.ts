import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { Secret } from './secret.ts'

describe('a secret', () => {
  it('shows itself only to those who ask by name', () => {
    const secret = new Secret('hunter2')
    const shown = [
      String(secret),
      JSON.stringify({ secret }),
      inspect({ secret }),
      inspect(secret, { customInspect: false }),
    ]
    expect(shown.join()).not.toContain('hunter2')
    expect(Object.keys(secret)).toEqual([])
    expect(secret.reveal()).toBe('hunter2')
  })
})
