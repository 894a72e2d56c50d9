#!/usr/bin/env node
/**
 * Writes src/postgres/generated/extensions.ts: the extensions of PostgreSQL's own collection that give names of the server's to functions,
 * operators or casts which only compute. Give it one connection string for each major version; it makes a database of its own there, and drops it.
 *
 *   node scripts/extensions.mjs postgresql://postgres@127.0.0.1:5415/postgres postgresql://postgres@127.0.0.1:5418/postgres
 */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Run SQL that is given as text, whatever their volatility says. */
const RUN_SQL = new Set(['tablefunc', 'xml2', 'dblink'])
/** Volatile, because their answer changes between two calls. */
const READ = new Set(['gen_random_uuid'])

const servers = process.argv.slice(2)
if (servers.length === 0) throw new Error('usage: extensions.mjs CONNECTION-STRING …')

const ask = (server, ...commands) =>
  execFileSync(
    'psql',
    ['--no-psqlrc', '-qAt', '-v', 'ON_ERROR_STOP=1', '-d', server, ...commands.flatMap((sql) => ['-c', sql])],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  )
    .split('\n')
    .filter(Boolean)

/** Name and volatility of each function that stands behind a name, operator or cast of the server's. */
const SHARED = `
  WITH members AS (
    SELECT d.classid, d.objid FROM pg_depend d JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
    WHERE d.deptype = 'e' AND e.oid >= 16384
  )
  SELECT p.proname || ' ' || p.provolatile::text FROM pg_proc p
  WHERE p.oid IN (
    SELECT objid FROM members JOIN pg_proc f ON f.oid = objid
      WHERE classid = 'pg_proc'::regclass AND f.proname IN (SELECT proname FROM pg_proc WHERE oid < 16384)
    UNION ALL SELECT oprcode FROM members JOIN pg_operator o ON o.oid = objid
      WHERE classid = 'pg_operator'::regclass AND oprname IN (SELECT oprname FROM pg_operator WHERE oid < 16384)
    UNION ALL SELECT castfunc FROM members JOIN pg_cast c ON c.oid = objid WHERE classid = 'pg_cast'::regclass
  )`

const versions = []
const sharing = new Set()
const volatile = new Set()
for (const server of servers) {
  versions.push(ask(server, 'SHOW server_version')[0].split(' ')[0])
  const scratch = new URL(server)
  scratch.pathname = '/sallyport_extensions'
  for (const name of ask(server, `SELECT name FROM pg_available_extensions WHERE name !~ '^pl|_pl' ORDER BY name`)) {
    ask(server, 'DROP DATABASE IF EXISTS sallyport_extensions', 'CREATE DATABASE sallyport_extensions')
    try {
      ask(scratch.href, `CREATE EXTENSION "${name}" CASCADE`)
    } catch {
      console.log(`${name}: cannot be installed here`)
      continue
    }
    for (const line of ask(scratch.href, SHARED)) {
      const [shared, volatility] = line.split(' ')
      sharing.add(name)
      if (volatility === 'v' && !READ.has(shared)) {
        volatile.add(name)
        console.log(`${name}: ${shared} is volatile`)
      }
    }
  }
  ask(server, 'DROP DATABASE sallyport_extensions')
}

const names = [...sharing]
  .filter((name) => !volatile.has(name) && !RUN_SQL.has(name))
  .toSorted((one, other) => (one < other ? -1 : 1))
writeFileSync(
  join(dirname(fileURLToPath(import.meta.url)), '..', 'src/postgres/generated/extensions.ts'),
  `// Written by scripts/extensions.mjs from PostgreSQL ${versions.join(' and ')}; do not edit.

/** Extensions that share names with the server, none of which does more than read. */
export const CONTRIB_EXTENSIONS: readonly string[] = [
${names.map((name) => `  '${name}',`).join('\n')}
]

/** Functions among them that are volatile because their answer changes between two calls. */
export const CONTRIB_VOLATILE_FUNCTIONS: readonly string[] = [${[...READ].map((name) => `'${name}'`).join(', ')}]
`,
)
console.log(`PostgreSQL ${versions.join(', ')}: ${names.join(' ')}`)
