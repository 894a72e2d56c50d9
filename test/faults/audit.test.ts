import { appendFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readAudit, sallyport as run, until } from '../support/index.ts'
import { codeOf, setStage, type Stage } from './setup.ts'
import { smallDisk, type SmallDisk } from './small-disk.ts'

let stage: Stage
let disk: SmallDisk

beforeAll(async () => {
  disk = await smallDisk()
  stage = await setStage({ auditDirectory: disk.directory })
})

afterAll(async () => {
  await stage?.stop()
  await disk?.remove()
})

it('a full disk refuses statements with a clear error, and the log recovers by itself', async () => {
  const client = await stage.connect()
  expect(await codeOf(client.query('SELECT 1'))).toBe('no error')
  disk.fill()
  await until(async () => (await codeOf(client.query('SELECT 2'))) === '58030', {
    what: 'a refusal',
    timeoutMs: 20_000,
  })
  expect(await codeOf(client.query("UPDATE people SET name = 'unrecorded'"))).toBe('58030')
  expect((await stage.sallyport.fetch('/readyz')).text).toContain('audit log')
  expect(await codeOf(stage.connect())).toBe('58030')
  await disk.free()
  await until(async () => (await codeOf(client.query('SELECT 3'))) === 'no error', {
    what: 'the recovery',
    timeoutMs: 20_000,
  })
  expect((await stage.sallyport.fetch('/readyz')).status).toBe(200)
  expect(await stage.postgres.query("SELECT count(*)::int AS n FROM people WHERE name = 'unrecorded'")).toEqual([
    { n: 0 },
  ])
  await client.end()
  expect((await stage.sallyport.verifyAudit()).verification.ok).toBe(true)
})

it('every statement has a verdict before its outcome, and no value of a parameter is in the log', async () => {
  const client = await stage.connect()
  await client.query('SELECT $1::text AS x', ['a-parameter-nobody-may-read'])
  await client.query("UPDATE people SET name = 'counted' WHERE id <= 3")
  await client.query('SELECT 1/0').catch(() => undefined)
  await client.end()
  await until(
    async () => (await readAudit(stage.sallyport.auditDirectory)).some(({ sqlState }) => sqlState === '22012'),
    { what: 'the outcome' },
  )
  const records = await readAudit(stage.sallyport.auditDirectory)
  expect(JSON.stringify(records)).not.toContain('a-parameter-nobody-may-read')
  const verdicts = new Map(
    records
      .filter(({ type }) => type === 'statement-verdict')
      .map((record) => [record['statement'], record['sequence']]),
  )
  const outcomes = records.filter(({ type }) => type === 'statement-outcome')
  expect(outcomes.length).toBeGreaterThan(0)
  const update = records.find(({ text }) => String(text).startsWith("UPDATE people SET name = 'counted'"))
  expect(outcomes.find(({ statement }) => statement === update?.['statement'])).toMatchObject({
    outcome: 'completed',
    rows: 3,
  })
  for (const { statement, sequence } of outcomes) expect(verdicts.get(statement)).toBeLessThan(sequence as number)
})

it('audit verify says the log is whole, and finds what was added to it', async () => {
  const { auditDirectory } = stage.sallyport
  const whole = await run(['audit', 'verify', auditDirectory])
  expect(whole.stdout).toContain('whole')
  expect(whole.code).toBe(0)
  await stage.sallyport.gateway.stop()
  const segments = (await readdir(auditDirectory)).filter((name) => name.endsWith('.jsonl')).toSorted()
  await appendFile(join(auditDirectory, segments.at(-1) ?? ''), '{"type":"statement-verdict","text":"SELECT 1"}\n')
  const changed = await run(['audit', 'verify', auditDirectory, '-o', 'json'])
  expect(changed.code).toBe(1)
  expect(changed.stdout).toContain('"ok":false')
})
