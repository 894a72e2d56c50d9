import type { Statement } from '@sallyport/core'
import { loadPostgres } from '@sallyport/sql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checksum } from '../bypass/postgres-database.ts'
import { postgresVersions, type TestPostgres } from '../support/index.ts'
import { mutants } from './mutants.mjs'
import { effectsOf, isHarmless, unclaimed } from './oracle/claims.ts'
import { generate, randomFrom } from './oracle/grammar.ts'
import { POSTGRES_GRAMMAR } from './oracle/postgres-grammar.ts'
import { scratchSettings, startScratch } from './oracle/postgres-scratch.ts'
import { PostgresOracle } from './oracle/postgres.ts'
import { textsFor } from './oracle/texts.ts'

/** How long one server is tried; a counterexample becomes a line of the cases. */
const TIME_MS = Number(process.env['SALLYPORT_FUZZ_MS'] ?? 10_000)
const SEED = Number(process.env['SALLYPORT_FUZZ_SEED'] ?? Date.now() % 1_000_000)
const analyser = await loadPostgres()
const settings = scratchSettings(analyser)

describe.each(postgresVersions())('PostgreSQL %i', (version) => {
  let server: TestPostgres

  beforeAll(async () => {
    server = await startScratch(version)
  })

  afterAll(async () => {
    await server?.stop()
  })

  test('nothing that is called harmless changes anything, whatever it looks like', async () => {
    const oracle = new PostgresOracle(server, 'postgres', 'quick')
    const random = randomFrom(SEED)
    const seeds = textsFor('postgres')
    const before = await checksum(server)
    const wrong: string[] = []
    const seen = { texts: 0, harmless: 0, ran: 0 }
    const deadline = performance.now() + TIME_MS
    while (performance.now() < deadline && wrong.length < 20) {
      const text = nextText(random, seeds)
      const statements = harmlessOf(text)
      seen.texts += 1
      if (statements === undefined) continue
      seen.harmless += 1
      const observed = await oracle.observe(text)
      if (observed.error === undefined) seen.ran += 1
      for (const change of unclaimed(statements, observed)) wrong.push(`${change}: ${text}`)
      if (observed.statements !== undefined && observed.statements !== statements.length)
        wrong.push(`${observed.statements} statements, not ${statements.length}: ${text}`)
    }
    await oracle.close()
    process.stdout.write(
      `PostgreSQL ${version}: seed ${SEED}, ${seen.texts} texts, ${seen.harmless} called harmless, ${seen.ran} of them ran\n`,
    )
    expect(wrong).toEqual([])
    expect(seen.ran).toBeGreaterThan(20)
    expect(await checksum(server)).toEqual(before)
  })
})

/** A text of the grammar, or a mutant of one or of a case. */
function nextText(random: () => number, seeds: readonly string[]): string {
  const text = random() < 0.7 ? generate(POSTGRES_GRAMMAR, random) : (seeds[Math.floor(random() * seeds.length)] ?? '')
  if (random() < 0.6) return text
  return mutants(text, 1, Math.floor(random() * 2 ** 31), 'postgres')[0] ?? text
}

/** Transactions are left out: the oracle has one of its own around the text. */
function harmlessOf(text: string): readonly Statement[] | undefined {
  if (text.includes('\0') || /pg_sleep/i.test(text)) return undefined
  const analysis = analyser.analyse(text, settings)
  if (!analysis.ok || !isHarmless(analysis.statements)) return undefined
  return effectsOf(analysis.statements).has('transaction') ? undefined : analysis.statements
}
