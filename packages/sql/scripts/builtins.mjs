#!/usr/bin/env node
/**
 * Writes src/postgres/generated/builtins.ts: the functions, operators and types that every PostgreSQL brings along, read from
 * the catalogues of running servers. Give it one connection string for each major version to be covered.
 *
 *   node scripts/builtins.mjs postgresql://postgres@127.0.0.1:5415/postgres postgresql://postgres@127.0.0.1:5418/postgres
 */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const byName = (one, other) => (one < other ? -1 : 1)

const servers = process.argv.slice(2)
if (servers.length === 0) throw new Error('usage: builtins.mjs CONNECTION-STRING …')

const ask = (server, sql) =>
  execFileSync('psql', ['--no-psqlrc', '-At', '-d', server, '-c', sql], { encoding: 'utf8' })
    .split('\n')
    .filter(Boolean)

const versions = []
/** Name -> the most volatile of all its overloads, over all versions. */
const functions = new Map()
const informationSchema = new Set()
const operators = new Set()
const types = new Set()
const aggregates = new Set()
const relations = new Set()
const setReturning = new Set()

for (const server of servers) {
  versions.push(ask(server, 'SHOW server_version')[0].split(' ')[0])
  for (const line of ask(
    server,
    `SELECT proname || ' ' || max(CASE provolatile WHEN 'v' THEN 2 WHEN 's' THEN 1 ELSE 0 END) FROM pg_catalog.pg_proc
      WHERE pronamespace = 'pg_catalog'::regnamespace GROUP BY proname`,
  )) {
    const [name, rank] = line.split(' ')
    functions.set(name, Math.max(Number(rank), functions.get(name) ?? 0))
  }
  for (const name of ask(server, `SELECT proname FROM pg_proc WHERE pronamespace = 'information_schema'::regnamespace`))
    informationSchema.add(name)
  for (const name of ask(
    server,
    `SELECT DISTINCT oprname FROM pg_operator WHERE oprnamespace = 'pg_catalog'::regnamespace`,
  ))
    operators.add(name)
  for (const name of ask(
    server,
    `SELECT typname FROM pg_type WHERE typnamespace = 'pg_catalog'::regnamespace AND typtype IN ('b', 'p', 'r', 'm') AND typname NOT LIKE '\\_%'`,
  ))
    types.add(name)
  for (const name of ask(
    server,
    `SELECT DISTINCT proname FROM pg_proc WHERE prokind = 'a' AND pronamespace = 'pg_catalog'::regnamespace`,
  ))
    aggregates.add(name)
  for (const name of ask(
    server,
    `SELECT DISTINCT proname FROM pg_proc WHERE proretset AND pronamespace = 'pg_catalog'::regnamespace`,
  ))
    setReturning.add(name)
  for (const name of ask(
    server,
    `SELECT relname FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind IN ('r', 'v')`,
  ))
    relations.add(name)
}

const list = (names) => {
  const lines = []
  for (const name of [...names].toSorted(byName)) {
    const last = lines.at(-1)
    if (last === undefined || last.length + name.length > 130) lines.push(name)
    else lines[lines.length - 1] = `${last} ${name}`
  }
  return lines
    .map((line) => `  ${JSON.stringify(line).replaceAll("'", "\\'").replace(/^"|"$/g, "'").replaceAll('\\"', '"')},`)
    .join('\n')
}
const ranked = (rank) => [...functions].filter((entry) => entry[1] === rank).map((entry) => entry[0])

writeFileSync(
  join(dirname(fileURLToPath(import.meta.url)), '..', 'src/postgres/generated/builtins.ts'),
  `// Written by scripts/builtins.mjs from PostgreSQL ${versions.join(' and ')}; do not edit.

/** Functions of pg_catalog of which every overload is immutable. */
export const IMMUTABLE_FUNCTIONS: readonly string[] = [
${list(ranked(0))}
]

/** Functions of pg_catalog of which the most volatile overload is stable. */
export const STABLE_FUNCTIONS: readonly string[] = [
${list(ranked(1))}
]

/** Functions of pg_catalog of which some overload is volatile. */
export const VOLATILE_FUNCTIONS: readonly string[] = [
${list(ranked(2))}
]

/** Functions of information_schema. */
export const INFORMATION_SCHEMA_FUNCTIONS: readonly string[] = [
${list(informationSchema)}
]

/** Aggregates of pg_catalog; also among the functions above. */
export const AGGREGATES: readonly string[] = [
${list(aggregates)}
]

/** Functions of pg_catalog that return sets of rows; also among the functions above. */
export const SET_RETURNING_FUNCTIONS: readonly string[] = [
${list(setReturning)}
]

/** Tables and views of pg_catalog. */
export const RELATIONS: readonly string[] = [
${list(relations)}
]

/** Operators of pg_catalog. */
export const OPERATORS: readonly string[] = [
${list(operators)}
]

/** Base, pseudo, range and multirange types of pg_catalog. */
export const TYPES: readonly string[] = [
${list(types)}
]
`,
)
console.log(
  `PostgreSQL ${versions.join(', ')}: ${functions.size} functions, ${operators.size} operators, ${types.size} types`,
)
