import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { jsonSchemas } from './json-schema.ts'

const kept = new URL('../schema/', import.meta.url)

describe('the JSON Schemas', () => {
  it('are those of the shapes: after a change, tsc -b packages/config && node packages/config/scripts/schemas.mjs', () => {
    const schemas = jsonSchemas()
    expect(readdirSync(kept).toSorted()).toEqual(Object.keys(schemas).toSorted())
    for (const [name, schema] of Object.entries(schemas)) {
      expect(JSON.parse(readFileSync(new URL(name, kept), 'utf8'))).toEqual(JSON.parse(JSON.stringify(schema)))
    }
  })

  it('describe every key, and allow no others', () => {
    const problems: string[] = []
    visit(jsonSchemas()['dev.schema.json'], 'dev', problems)
    expect(problems).toEqual([])
  })
})

function visit(node: unknown, path: string, problems: string[]): void {
  if (typeof node !== 'object' || node === null) return
  const { properties, additionalProperties } = node as {
    properties?: Record<string, unknown>
    additionalProperties?: unknown
  }
  if (properties !== undefined && additionalProperties !== false) problems.push(`${path} is open`)
  for (const [key, value] of Object.entries(node)) visit(value, `${path}.${key}`, problems)
}
