// npm run check: format, lint, types, boundaries, generated files. Silent when good; the first failure is shown whole.
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const bin = (name) => join(root, 'node_modules', '.bin', name)

const checks = [
  ['format', bin('oxfmt'), ['--check']],
  ['lint', bin('oxlint'), ['--type-aware', '--deny-warnings']],
  ['types', bin('tsc'), ['-b']],
  ['types of tests', bin('tsc'), ['-p', 'test/tsconfig.json', '--noEmit']],
  ['boundaries', bin('turbo'), ['boundaries', '--no-color']],
  ['structure', process.execPath, ['test/support/structure.mjs']],
]

let failed = 0
for (const [name, command, args] of checks) {
  const run = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' },
  })
  if (run.status === 0) continue
  failed++
  process.stderr.write(['check: ', name, ' failed\n', run.error?.message, run.stdout, run.stderr, '\n'].join(''))
}
if (failed > 0) process.exitCode = 1
else process.stdout.write(`check: ${checks.map(([name]) => name).join(', ')} are good\n`)
