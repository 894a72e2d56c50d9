// Writes the JSON Schemas of the configuration files; run it after `tsc -b packages/config` when the shape of a file has changed.
import { mkdir, writeFile } from 'node:fs/promises'
import { jsonSchemas } from '../dist/index.js'

const directory = new URL('../schema/', import.meta.url)
await mkdir(directory, { recursive: true })
for (const [name, schema] of Object.entries(jsonSchemas())) {
  await writeFile(new URL(name, directory), `${JSON.stringify(schema, undefined, 2)}\n`)
}
