// Installs and compiles the checkout, and nothing more: the first half of npm run check and npm test.
import { prepareWorkspace } from './workspace.mjs'

try {
  await prepareWorkspace()
} catch (error) {
  process.stderr.write(`sallyport: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
