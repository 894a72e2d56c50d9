import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { createSigningKey } from './keys.ts'
import { openAuditLog } from './open.ts'
import { newDirectory, newLog, record, records, verdict } from './testdata/setup.ts'
import { verifyDirectory } from './verify.ts'

const inPackage = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url))

beforeAll(() => {
  // The process to be killed is plain Node, so it runs what is shipped.
  execFileSync(process.execPath, [inPackage('../../node_modules/typescript/bin/tsc'), '-b', inPackage('.')])
}, 120_000)

/** Starts a writer, and kills it when it has told of so many durable statements; returns them. */
async function killedWriter(
  directory: string,
  keyPath: string,
  after: number,
): Promise<{ durable: string[]; pid: number }> {
  const child: ChildProcess = spawn(process.execPath, [inPackage('src/testdata/writer.mjs'), directory, keyPath], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const exited = once(child, 'exit')
  const durable: string[] = []
  if (child.stdout === null) throw new Error('the writer has no output')
  for await (const line of createInterface({ input: child.stdout })) {
    durable.push(line)
    if (durable.length === after) child.kill('SIGKILL')
  }
  const [, signal] = (await exited) as [number | null, string | null]
  expect(signal).toBe('SIGKILL')
  return { durable, pid: child.pid ?? 0 }
}

test('a writer that is killed again and again loses nothing that was durable, and its log verifies', async () => {
  const root = newDirectory()
  const keyPath = join(root, 'audit.key')
  const signingKey = createSigningKey(keyPath)
  const options = newLog({ directory: join(root, 'audit'), signingKey })
  const durable: string[] = []
  for (const after of [1, 40, 300]) {
    const killed = await killedWriter(options.directory, keyPath, after)
    durable.push(...killed.durable)
    const there = (await records(options.directory)).flatMap((record) =>
      record.type === 'statement-verdict' ? [record.statement] : [],
    )
    const counts = new Set(there)
    for (const statement of killed.durable) expect(counts.has(statement)).toBe(true)
  }
  const log = await openAuditLog(options)
  await record(log, verdict(1))
  const { head } = log.status()
  await log.close()
  const { verification } = await verifyDirectory(options.directory, {
    publicKeys: [signingKey.publicKeyPem],
    expect: head,
  })
  expect(verification).toMatchObject({ ok: true, summary: { unsignedRecords: 0, closed: true } })
  expect(verification.summary.records).toBeGreaterThan(durable.length)
  const opened = (await records(options.directory)).filter(({ type }) => type === 'log-open')
  expect(opened).toHaveLength(4)
}, 60_000)

test('a log that a killed writer left verifies as it lies there', async () => {
  const root = newDirectory()
  const keyPath = join(root, 'audit.key')
  createSigningKey(keyPath)
  await killedWriter(join(root, 'audit'), keyPath, 200)
  const { verification, growing } = await verifyDirectory(join(root, 'audit'))
  const torn = verification.ok ? [] : verification.findings.map(({ code }) => code)
  // A kill may cut the last write short; nothing else may be wrong.
  expect(torn.filter((code) => code !== 'torn-record')).toEqual([])
  expect(growing).toBe(false)
  expect(verification.summary.signedThrough).toBeGreaterThan(0)
}, 60_000)
