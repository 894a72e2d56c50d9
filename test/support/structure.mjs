// Structural claims that no other tool checks; each line of output is one violation.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path !== '' && existsSync(join(root, path)))
const read = (path) => readFileSync(join(root, path), 'utf8')
const sources = files.filter((path) => /\.(ts|mts|mjs)$/.test(path) && !/(^|\/)(generated|testdata)\//.test(path))
const problems = []

// The top level is fixed; beside it stands only what tools insist on.
const top = new Set([
  'gateway',
  'agent',
  'proto',
  'packages',
  'deploy',
  'test',
  'bench',
  'pnpm-workspace.yaml',
  'turbo.json',
  'README.md',
  '.ci',
  '.gitignore',
  '.npmrc',
  '.oxfmtrc.json',
  '.oxlintrc.json',
  'LICENSE',
  'package.json',
  'pnpm-lock.yaml',
  'tsconfig.base.json',
  'tsconfig.json',
  'tsconfig.node.json',
  'vitest.config.ts',
])
for (const path of files) if (!top.has(path.split('/')[0])) problems.push(`${path}: not part of the fixed top level`)

for (const path of sources) {
  const text = read(path)
  const lines = text.split('\n').length - 1
  if (lines > 400) problems.push(`${path}: ${lines} lines; a file holds one idea in at most 400`)
  if (
    /@grpc\/grpc-js/.test(text) &&
    /^\s*(import|export)\b.*@grpc\/grpc-js/m.test(text) &&
    path !== 'packages/tunnel/src/grpc.ts'
  )
    problems.push(`${path}: only packages/tunnel/src/grpc.ts imports gRPC`)
  if (/\b(describe|it|test)\.(skip|only|todo)\b/.test(text) && path !== 'test/support/structure.mjs')
    problems.push(`${path}: a skipped or exclusive test`)
}

// A package that Sallyport ships with is at an exact version, once, in the catalog.
for (const path of files.filter((path) => path.endsWith('package.json') && !path.includes('testdata'))) {
  const manifest = JSON.parse(read(path))
  for (const field of ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'])
    for (const [name, range] of Object.entries(manifest[field] ?? {}))
      if (range !== 'catalog:' && range !== 'workspace:*')
        problems.push(`${path}: ${name} is ${range}; use "catalog:" or "workspace:*"`)
  const pure =
    path.startsWith('packages/') &&
    /"pure"/.test(existsSync(join(root, dirname(path), 'turbo.json')) ? read(join(dirname(path), 'turbo.json')) : '')
  if (pure && read(join(dirname(path), 'tsconfig.json')).includes('tsconfig.node.json'))
    problems.push(`${path}: a pure package sees Node's types`)
}

for (const problem of problems) process.stderr.write(`${problem}\n`)
if (problems.length > 0) process.exitCode = 1
