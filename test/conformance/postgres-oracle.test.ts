import type { Effect } from '@sallyport/core'
import { loadPostgres } from '@sallyport/sql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checksum } from '../bypass/postgres-database.ts'
import { postgresVersions, type TestPostgres } from '../support/index.ts'
import { effectsOf, isHarmless, unclaimed } from './oracle/claims.ts'
import { scratchSettings, startScratch } from './oracle/postgres-scratch.ts'
import { PostgresOracle } from './oracle/postgres.ts'
import { textsFor } from './oracle/texts.ts'

/** What would end the transaction that the oracle rolls back, or reach beyond it. */
const BEYOND: readonly Effect[] = ['transaction', 'file', 'network', 'admin']
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

  test('what changes is what the effects say', async () => {
    const oracle = new PostgresOracle(server, 'postgres')
    const before = await checksum(server)
    const wrong: string[] = []
    const seen = { tried: 0, ran: 0, changed: 0 }
    try {
      for (const text of textsFor('postgres')) {
        const analysis = analyser.analyse(text, settings)
        if (!analysis.ok || BEYOND.some((effect) => effectsOf(analysis.statements).has(effect))) continue
        seen.tried += 1
        const observed = await oracle.observe(text)
        if (observed.error === undefined) seen.ran += 1
        if (observed.changes.size > 0) seen.changed += 1
        for (const change of unclaimed(analysis.statements, observed)) wrong.push(`${change}: ${text}`)
        if (
          isHarmless(analysis.statements) &&
          observed.statements !== undefined &&
          observed.statements !== analysis.statements.length
        )
          wrong.push(`${observed.statements} statements, not ${analysis.statements.length}: ${text}`)
      }
    } finally {
      await oracle.close()
    }
    // What texts that say so took from the sequence, no rollback gives back.
    await server.query("SELECT setval('s', 1)")
    process.stdout.write(
      `PostgreSQL ${version}: ${seen.tried} tried, ${seen.ran} ran, ${seen.changed} changed something\n`,
    )
    expect(wrong).toEqual([])
    expect(seen.changed).toBeGreaterThan(40)
    expect(await checksum(server)).toEqual(before)
  })
})
