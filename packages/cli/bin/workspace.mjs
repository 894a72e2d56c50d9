// Makes a checkout ready to run: installs what the lockfile names and compiles what has changed.
// Plain JavaScript with Node's own modules, because it runs before anything is installed.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..')

/**
 * Installs and compiles if needed; says so on standard error; throws an Error with what to do when a step fails. With SALLYPORT_PREPARED=1
 * in the environment it trusts that this was done: for processes that are started by one that did it.
 */
export async function prepareWorkspace() {
  checkNode()
  if (process.env.SALLYPORT_PREPARED === '1') return
  if (!existsSync(join(root, 'pnpm-workspace.yaml'))) return
  await install()
  await compile()
}

/** Node 20.19 is the oldest that can load every dependency. */
function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return
  throw new Error(`Sallyport needs Node 20.19 or newer; this is ${process.versions.node}. See https://nodejs.org.`)
}

async function install() {
  const stamp = join(root, 'node_modules', '.sallyport-lock')
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'pnpm-lock.yaml')))
    .digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  await step('installing dependencies', 'npx', [
    '--yes',
    packageManager,
    'install',
    '--frozen-lockfile',
    '--reporter=append-only',
  ])
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, lock)
}

async function compile() {
  const stamp = join(root, 'node_modules', '.sallyport-built')
  const built = existsSync(stamp) ? statSync(stamp).mtimeMs : 0
  if (built > newestSource()) return
  const started = Date.now()
  await step('compiling', process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-b'])
  writeFileSync(stamp, String(Date.now() - started))
}

function newestSource() {
  const packages = readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name))
  return Math.max(...[join(root, 'gateway'), join(root, 'agent'), ...packages].map((dir) => newest(join(dir, 'src'))))
}

function newest(dir) {
  if (!existsSync(dir)) return 0
  let latest = 0
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name)
    latest = Math.max(latest, entry.isDirectory() ? newest(path) : statSync(path).mtimeMs)
  }
  return latest
}

/** Runs a command quietly, counting the seconds; shows its output only when it fails. */
async function step(title, command, args) {
  const started = Date.now()
  const seconds = () => `${Math.round((Date.now() - started) / 1000)} s`
  process.stderr.write(`sallyport: ${title} …\n`)
  const ticker = setInterval(() => process.stderr.write(`sallyport: ${title} … ${seconds()}\n`), 5000)
  let output = ''
  try {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve))
    if (code !== 0) throw new Error(`${title} failed (${command} ended with ${code}):\n${output}`)
  } finally {
    clearInterval(ticker)
  }
  process.stderr.write(`sallyport: ${title} took ${seconds()}\n`)
}
