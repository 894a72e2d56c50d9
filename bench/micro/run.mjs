// node bench/micro/run.mjs: what it costs to understand a statement, and to decide on it. Prints a table of microseconds.
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { defineRule } from '@sallyport/guardrails'
import { compilePolicy } from '@sallyport/policy'
import {
  DEFAULT_MARIADB_SETTINGS,
  DEFAULT_POSTGRES_SETTINGS,
  loadMysql,
  loadPostgres,
  mysqlSettingsKey,
  postgresSettingsKey,
  StatementCache,
} from '@sallyport/sql'
import { textOf } from './texts.mjs'
import { microseconds } from './time.mjs'

const HELP = `Usage: node bench/micro/run.mjs [--json] [--ms N]

  cold      a text that was never seen: parsed, and its facts gathered
  cached    the facts of a text that was seen before
  verdict   cached, and the policy's decision on it: what a repeated statement costs before it is recorded

  --ms N    milliseconds for each figure; default 400
  --json    the figures as JSON
`

const { values } = parseArgs({
  options: {
    ms: { type: 'string', default: '400' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h' },
  },
})
if (values.help === true) {
  process.stdout.write(HELP)
  process.exit(0)
}

const forMs = Number(values.ms)
const postgres = await loadPostgres()
const mysql = loadMysql()
const engines = {
  postgres: {
    analyse: (text) => postgres.analyse(text, DEFAULT_POSTGRES_SETTINGS),
    key: postgresSettingsKey(DEFAULT_POSTGRES_SETTINGS),
    inlineLength: postgres.limits.maxInlineLength,
  },
  mysql: {
    analyse: (text) => mysql.analyse(text, DEFAULT_MARIADB_SETTINGS),
    key: mysqlSettingsKey(DEFAULT_MARIADB_SETTINGS),
    inlineLength: mysql.limits.maxInlineLength,
  },
}
const policy = compilePolicy({
  sets: {
    limits: [
      defineRule({ id: 'max-rows', action: 'limit', limits: { rows: 10_000, bytes: undefined, timeoutMs: 30_000 } }),
    ],
  },
  connections: [
    {
      name: 'shop',
      access: { groups: ['dev'], users: [], kinds: [] },
      guardrails: ['read-only', 'no-session-escape', 'require-where', 'limits'].map((set) => ({
        set,
        when: undefined,
        unless: undefined,
      })),
    },
  ],
})
const identity = { subject: 'alice@example.com', email: undefined, groups: ['dev'], method: 'token', kind: 'human' }

const WARMING_TEXTS = 20_000
const rows = []
for (const [engine, { analyse, key, inlineLength }] of Object.entries(engines)) {
  // The grammar is compiled as it is used, and a gateway has used it.
  for (let turn = 0; turn < WARMING_TEXTS; turn++) analyse(textOf(turn % 2 === 0 ? 50 : 300, turn))
  for (const bytes of [50, 200, 1000, 10_000, 100_000]) rows.push(measure(engine, analyse, key, inlineLength, bytes))
}
process.stdout.write(values.json ? `${JSON.stringify({ ...machine(), rows }, null, 2)}\n` : table(rows))

function measure(engine, analyse, key, inlineLength, bytes) {
  let turn = 0
  // Numbers differ, so that no two texts are the same; they are made before the clock runs.
  const texts = Array.from({ length: 512 }, () => textOf(bytes, turn++))
  const refused = texts.find((text) => !analyse(text).ok)
  if (refused !== undefined) throw new Error(`${engine} refuses ${refused.slice(0, 100)}`)
  const cold = microseconds(forMs, (n) => analyse(texts[n % texts.length]))
  const cache = new StatementCache()
  const [text] = texts
  // What is seen once only may not be kept.
  for (let seen = 0; seen < 3; seen++) cache.keep(key, text, analyse(text))
  const kept = cache.find(key, text)
  if (kept === undefined) throw new Error(`a text of ${bytes} bytes is not kept`)
  const cached = microseconds(forMs, () => cache.find(key, text))
  const verdict = microseconds(forMs, () =>
    policy.decide({ identity, connection: 'shop', analysis: cache.find(key, text), now: new Date() }),
  )
  return { engine, bytes, worker: bytes > inlineLength, cold, cached, verdict }
}

function machine() {
  return { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version }
}

function table(figures) {
  const { cpu, cores, node } = machine()
  const number = (value) => (value < 10 ? value.toFixed(2) : value.toFixed(1)).padStart(10)
  return [
    `microseconds of processor time for each statement, median of rounds, on ${cores} x ${cpu}, Node ${node}`,
    `${'engine'.padEnd(10)}${'bytes'.padStart(8)}${['cold', 'cached', 'verdict'].map((name) => name.padStart(10)).join('')}`,
    ...figures.map(
      ({ engine, bytes, worker, cold, cached, verdict }) =>
        `${engine.padEnd(10)}${String(bytes).padStart(8)}${number(cold)}${number(cached)}${number(verdict)}${worker ? '   (in a worker)' : ''}`,
    ),
    '',
  ].join('\n')
}
