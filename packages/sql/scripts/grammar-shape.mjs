#!/usr/bin/env node
/**
 * Writes src/postgres/generated/grammar-shape.ts: every node of the grammar, and of its fields those that hold a node without naming
 * its type. Source: the type declarations that ship with libpg-query. Run it after every change of that version.
 *
 *   node scripts/grammar-shape.mjs
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const byName = (one, other) => (one < other ? -1 : 1)

const require = createRequire(import.meta.url)
const parser = require.resolve('libpg-query')
const types = createRequire(parser).resolve('@pgsql/types')
const text = readFileSync(join(dirname(types), 'types.d.ts'), 'utf8')
const version = JSON.parse(readFileSync(join(dirname(parser), '..', 'package.json'), 'utf8')).version

const union = text.slice(text.indexOf('export type Node ='), text.indexOf('export interface '))
const tags = [...union.matchAll(/^ {4}(\w+): \w+;$/gm)].map((match) => match[1]).toSorted(byName)
const known = new Set(tags)
const lines = []
for (const tag of tags) {
  const body = new RegExp(`^export interface ${tag} \\{([^}]*)\\}`, 'm').exec(text)?.[1] ?? ''
  const fields = [...body.matchAll(/^ {4}(\w+)\?: (\w+);$/gm)].filter((field) => known.has(field[2]))
  lines.push(
    `  ${tag}: {${fields.map((field) => ` ${field[1]}: '${field[2]}'`).join(',')}${fields.length > 0 ? ' ' : ''}},`,
  )
}
const target = join(dirname(fileURLToPath(import.meta.url)), '..', 'src/postgres/generated/grammar-shape.ts')
writeFileSync(
  target,
  `// Written by scripts/grammar-shape.mjs from libpg-query ${version}; do not edit.

/** Every node of the grammar; of its fields, those that hold a node of one type and therefore do not name it. */
export const GRAMMAR_SHAPE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
${lines.join('\n')}
}
`,
)
console.log(`${tags.length} nodes -> ${target}`)
