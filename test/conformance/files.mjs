// What the command reads: folders and files of statements, and what each file is held to.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { split } from './split.mjs'

/** What the name of a file in the other dialect has in it. */
const OTHER = { postgres: /mysql|mariadb/i, mysql: /postgres|pg_/i }

/**
 * The files of one dialect under a path, in order of their names.
 * @returns {{ path: string, kind: 'application' | 'suite' | 'reads' | 'changes' | 'traps', lines: { sql: string }[] }[]}
 */
export function filesOf(path, dialect) {
  return pathsOf(path, dialect).map((file) => ({ path: file, kind: kindOf(file), lines: linesOf(file, dialect) }))
}

function pathsOf(path, dialect) {
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path, { withFileTypes: true })
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap((entry) => {
      const inner = join(path, entry.name)
      if (OTHER[dialect].test(entry.name)) return []
      if (entry.isDirectory()) return pathsOf(inner, dialect)
      return ['.sql', '.jsonl'].includes(extname(entry.name)) ? [inner] : []
    })
}

/**
 * `reads` and `changes` are what the name says; `traps` say what live servers did; a `suite` is a server's own regression suite, which
 * holds statements that no application sends.
 */
function kindOf(path) {
  const name = basename(path)
  if (/^(tricky|traps)/i.test(name)) return 'traps'
  if (/^(reads|changes)\b/i.test(name)) return /^reads/i.test(name) ? 'reads' : 'changes'
  return /suite|regress/i.test(name) ? 'suite' : 'application'
}

function linesOf(path, dialect) {
  const content = readFileSync(path, 'utf8').replace(/^\u{feff}/u, '')
  if (extname(path) === '.sql') return split(content, dialect).map((sql) => ({ sql }))
  return content
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line))
    .map((value) => (typeof value === 'string' ? { sql: value } : value))
}
