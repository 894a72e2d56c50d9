import { describe, expect, it } from 'vitest'
import { ConfigError } from '../errors.ts'
import { formatPath, parseConfig } from './parse.ts'

function codeOf(text: string): string {
  try {
    parseConfig('f.yaml', text)
  } catch (error) {
    return error instanceof ConfigError ? error.message : 'another error'
  }
  return 'accepted'
}

describe('a YAML file', () => {
  it('knows where each value stands', () => {
    const document = parseConfig('f.yaml', 'a:\n  b:\n    - x: 1\n    - x: 2\n')
    expect(document.value).toEqual({ a: { b: [{ x: 1 }, { x: 2 }] } })
    expect(document.problemAt(['a', 'b', 1, 'x'], 'm')).toEqual({
      file: 'f.yaml',
      line: 4,
      column: 7,
      path: 'a.b[1].x',
      message: 'm',
    })
    expect(document.problemAt(['a', 'b', 0], 'm')).toMatchObject({ line: 3, column: 7 })
  })

  it('knows the nearest place of what is not there', () => {
    const document = parseConfig('f.yaml', 'a:\n  b: 1\n')
    expect(document.problemAt(['a', 'c', 'd'], 'm')).toMatchObject({ line: 1, column: 1, path: 'a.c.d' })
    expect(parseConfig('f.yaml', '').problemAt(['a'], 'm')).toMatchObject({ line: undefined, path: 'a' })
  })

  it.each([
    ['duplicate keys', 'a: 1\nb: 2\na: 3\n', 'f.yaml:3:1'],
    ['bad indentation', 'a:\n - b\n  c: d\n', 'f.yaml:'],
    ['a tab', 'a:\n\tb: 1\n', 'f.yaml:2'],
    ['two documents', 'a: 1\n---\nb: 2\n', 'f.yaml:'],
    ['a key that is no text', '[1, 2]: 3\n', 'f.yaml:1'],
    ['a tag', 'a: !secret x\n', 'f.yaml:1'],
    ['a merge without an anchor', 'a: *nothing\n', 'f.yaml:1'],
  ])('is refused with its place for %s', (_what, text, place) => {
    expect(codeOf(text)).toContain(place)
  })

  it('does not let aliases expand without bound', () => {
    const levels = Array.from({ length: 12 }, (_, level) => {
      const before = level === 0 ? '"x"' : `*a${level - 1}`
      return `a${level}: &a${level} [${Array.from({ length: 9 }, () => before).join(', ')}]`
    })
    expect(codeOf(levels.join('\n'))).toContain('aliases')
    expect(codeOf('a: &a { x: 1 }\nb: *a\n')).toBe('accepted')
  })

  it('does not let a key reach the prototype of an object', () => {
    const { value } = parseConfig('f.yaml', '__proto__: { polluted: true }\n')
    expect(Object.hasOwn(value as object, '__proto__')).toBe(true)
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })

  it('writes a path as people do', () => {
    expect(formatPath(['gateway', 'connections', 0, 'functions', 'effects', 'public.f'])).toBe(
      'gateway.connections[0].functions.effects["public.f"]',
    )
  })
})
