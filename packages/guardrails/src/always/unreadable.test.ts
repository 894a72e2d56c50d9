import { describe, expect, it } from 'vitest'
import { unreadable } from './unreadable.ts'

describe('a text that cannot be read', () => {
  it.each(['syntax', 'encoding', 'too-large', 'too-deep', 'too-slow'] as const)(
    'is denied with a way out: %s',
    (code) => {
      const finding = unreadable({ code, message: 'why', position: undefined })
      expect(finding).toMatchObject({ rule: 'unreadable', action: 'deny', message: 'why', observed: false })
      expect(finding.hint).toMatch(/\.$/)
    },
  )
})
