#!/usr/bin/env node
import { prepareWorkspace } from './workspace.mjs'

try {
  await prepareWorkspace()
  const { main } = await import('../dist/index.js')
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`sallyport: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
