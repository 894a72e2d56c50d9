import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { openDisk } from './disk.ts'
import { openAuditLogOn } from './open.ts'
import { powerLossDisk, type Image } from './testdata/power-loss-disk.ts'
import { newDirectory, newLog, outcome, records, verdict } from './testdata/setup.ts'
import { verifyDirectory } from './verify.ts'

const step = fc.constantFrom(
  'append' as const,
  'append' as const,
  'outcome' as const,
  'flush' as const,
  'wait' as const,
  'turn' as const,
)

test('what was durable survives a loss of power at any moment, and the log goes on from there', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1500, max: 6000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.boolean(),
      async (steps, rotateBytes, survives, allNames) => {
        const options = newLog({ rotateBytes, checkpointIntervalMs: 1_000_000 })
        const { disk, image } = powerLossDisk(openDisk(options.directory), new Map())
        const log = await openAuditLogOn(disk, options)
        const durable: string[] = []
        let number = 0
        let last: ReturnType<typeof log.append> | undefined
        for (const next of steps) {
          if (next === 'append' || next === 'outcome') {
            number += 1
            const id = `s-1/${number}`
            last = log.append(next === 'append' ? verdict(number) : outcome(number))
            void log.durable(last)?.then(() => durable.push(id))
          } else if (next === 'turn') await new Promise(setImmediate)
          else if (last !== undefined && next === 'flush') log.flush(last)
          else if (last !== undefined) await log.durable(last)
        }
        const lost = image(allNames)
        const promised = [...durable]
        await log.close()

        const directory = join(newDirectory(), 'audit')
        restore(directory, lost, survives)
        const again = await openAuditLogOn(openDisk(directory), { ...options, directory })
        await again.close()
        const { verification } = await verifyDirectory(directory, { publicKeys: [options.signingKey.publicKeyPem] })
        expect(verification).toMatchObject({ ok: true, summary: { unsignedRecords: 0, closed: true } })
        const there = new Set(
          (await records(directory)).map((record) => ('statement' in record ? record.statement : '')),
        )
        expect(promised.filter((statement) => !there.has(statement))).toEqual([])
      },
    ),
    { numRuns: 60, interruptAfterTimeLimit: 5000 },
  )
})

/** The disk after the loss: what was synced, and some of what was not, with a hole of zeros in it as blocks are written in any order. */
function restore(directory: string, image: Image, survives: number): void {
  mkdirSync(directory, { mode: 0o700 })
  for (const [name, { synced, live }] of image) {
    const unsynced = Buffer.from(
      live.subarray(synced.length, synced.length + Math.floor((live.length - synced.length) * survives)),
    )
    unsynced.fill(0, Math.floor(unsynced.length / 3), Math.floor(unsynced.length / 2))
    writeFileSync(join(directory, name), Buffer.concat([synced, unsynced]))
  }
}
