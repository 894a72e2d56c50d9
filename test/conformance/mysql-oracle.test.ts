import type { Effect, Statement } from '@sallyport/core'
import {
  DEFAULT_MARIADB_SETTINGS,
  DEFAULT_MYSQL_SETTINGS,
  loadMysql,
  mysqlServerVersion,
  type MysqlSettings,
} from '@sallyport/sql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checksum, startTarget } from '../bypass/mysql-database.ts'
import { mysqlFlavours, type TestMysql } from '../support/index.ts'
import { mutants } from './mutants.mjs'
import { effectsOf, isHarmless, unclaimed } from './oracle/claims.ts'
import { generate, randomFrom } from './oracle/grammar.ts'
import { MYSQL_GRAMMAR } from './oracle/mysql-grammar.ts'
import { MysqlOracle } from './oracle/mysql.ts'
import { textsFor } from './oracle/texts.ts'

/** How long one server is tried; a counterexample becomes a line of the cases. */
const TIME_MS = Number(process.env['SALLYPORT_FUZZ_MS'] ?? 10_000)
const SEED = Number(process.env['SALLYPORT_FUZZ_SEED'] ?? Date.now() % 1_000_000)
/** What would reach beyond the scratch database, or hold the session. */
const BEYOND: readonly Effect[] = ['file', 'network', 'admin', 'dcl']
const HOLDS = /sleep|benchmark|_lock|wait|lock\s+(table|instance)|read_only|\bxa\b|autocommit|procedure\s+analyse/i
const analyser = loadMysql()

describe.each(mysqlFlavours())('%s', (flavour) => {
  let server: TestMysql
  let settings: MysqlSettings

  beforeAll(async () => {
    server = await startTarget(flavour)
    const defaults = flavour === 'mysql' ? DEFAULT_MYSQL_SETTINGS : DEFAULT_MARIADB_SETTINGS
    settings = { ...defaults, ...mysqlServerVersion(server.version), flavour, database: 'shop' }
  })

  afterAll(async () => {
    await server?.stop()
  })

  test('what changes is what the effects say', async () => {
    const oracle = new MysqlOracle(server, 'shop')
    const wrong: string[] = []
    const seen = { tried: 0, ran: 0, changed: 0 }
    for (const text of textsFor('mysql')) {
      const analysis = analyser.analyse(text, settings)
      if (!analysis.ok || HOLDS.test(text) || BEYOND.some((effect) => effectsOf(analysis.statements).has(effect)))
        continue
      // What defines or drops would leave less for the next text.
      if (effectsOf(analysis.statements).has('ddl')) continue
      seen.tried += 1
      const observed = await oracle.observe(text)
      if (observed.error === undefined) seen.ran += 1
      if (observed.changes.size > 0) seen.changed += 1
      for (const change of unclaimed(analysis.statements, observed)) wrong.push(`${change}: ${text}`)
      await oracle.close()
    }
    process.stdout.write(
      `${flavour} ${server.version}: ${seen.tried} tried, ${seen.ran} ran, ${seen.changed} changed something\n`,
    )
    expect(wrong).toEqual([])
    expect(seen.changed).toBeGreaterThan(10)
  })

  test('nothing that is called harmless changes anything, whatever it looks like', async () => {
    const oracle = new MysqlOracle(server, 'shop')
    const random = randomFrom(SEED)
    const seeds = textsFor('mysql')
    const before = await checksum(server)
    const wrong: string[] = []
    const seen = { texts: 0, harmless: 0, ran: 0 }
    const deadline = performance.now() + TIME_MS
    while (performance.now() < deadline && wrong.length < 20) {
      const text = nextText(random, seeds)
      seen.texts += 1
      const analysis = analyser.analyse(text, settings)
      if (!analysis.ok || HOLDS.test(text) || !isHarmless(analysis.statements)) continue
      const effects = effectsOf(analysis.statements)
      seen.harmless += 1
      const observed = await oracle.observe(text)
      if (observed.error === undefined) seen.ran += 1
      for (const change of unclaimed(analysis.statements, observed)) wrong.push(`${change}: ${text}`)
      if (observed.statements !== undefined && observed.statements !== replies(text, analysis.statements))
        wrong.push(`${observed.statements} statements, not ${analysis.statements.length}: ${text}`)
      // The session may read texts otherwise now.
      if (effects.has('session') || effects.has('transaction')) await oracle.close()
    }
    await oracle.close()
    process.stdout.write(
      `${flavour} ${server.version}: seed ${SEED}, ${seen.texts} texts, ${seen.harmless} called harmless, ${seen.ran} of them ran\n`,
    )
    expect(wrong).toEqual([])
    expect(seen.ran).toBeGreaterThan(20)
    expect(await checksum(server)).toEqual(before)
  })
})

/** A text of the grammar, or a mutant of one or of a case. */
function nextText(random: () => number, seeds: readonly string[]): string {
  const text = random() < 0.7 ? generate(MYSQL_GRAMMAR, random) : (seeds[Math.floor(random() * seeds.length)] ?? '')
  if (random() < 0.6) return text
  return mutants(text, 1, Math.floor(random() * 2 ** 31), 'mysql')[0] ?? text
}

/** One reply for each statement, and one for a comment that stands alone behind the last semicolon. */
function replies(text: string, statements: readonly Statement[]): number {
  const behind = text.slice(statements.at(-1)?.range.end ?? 0).replace(LEADING, '')
  const rest = statements.length === 0 ? text : behind.startsWith(';') ? behind.slice(1) : ''
  return statements.length + (/[^\s;]/.test(rest) ? 1 : 0)
}

const LEADING = /^(?:\s+|\/\*[^]*?\*\/|#[^\n]*(?:\n|$)|--[^\n]*(?:\n|$))*/
