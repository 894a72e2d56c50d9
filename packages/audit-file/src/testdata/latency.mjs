// What the log costs a statement: node src/testdata/latency.mjs [DIRECTORY]. Builds are used, so `tsc -b` first. Prints microseconds.
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { sessionFacts, statementFacts } from '@sallyport/audit'
import { createSigningKey, openAuditLog, verifyDirectory } from '@sallyport/audit-file'

const root = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'sallyport-latency-'))
const directory = join(root, 'audit')
const log = await openAuditLog({
  directory,
  signingKey: createSigningKey(join(root, 'audit.key')),
  clock: { now: () => BigInt(Date.now()) * 1_000_000n, monotonicMs: () => performance.now() },
  gateway: 'gateway-1',
})
const session = sessionFacts({
  session: '01JD9X3V8Q2W',
  connection: 'shop-readonly',
  agent: 'local',
  engine: 'postgres',
  database: 'shop',
  identity: { subject: 'alice@example.com', email: 'alice@example.com', groups: ['dev'], method: 'oidc', kind: 'human' },
  application: 'psql',
  source: '127.0.0.1:51234',
})
const relations = [{ schema: 'public', name: 'customers', access: 'read', columns: 'all' }]
const statement = { kind: 'select', fingerprint: 'SELECT id, name, email FROM customers WHERE id = $1', effects: new Set(['read']), relations }
const statements = statementFacts({ ok: true, statements: [statement] })
const verdict = (number) => {
  const text = `SELECT id, name, email FROM customers WHERE id = ${number}`
  return {
    type: 'statement-verdict',
    session,
    statement: `01JD9X3V8Q2W/${number}`,
    phase: 'query',
    text,
    textLength: text.length,
    statements,
    action: 'allow',
    rules: [],
    approvals: [],
  }
}
const micros = () => Number(process.hrtime.bigint()) / 1000
const print = (what, samples) => {
  samples.sort((a, b) => a - b)
  const at = (part) => (samples[Math.floor(samples.length * part)] ?? 0).toFixed(1)
  process.stdout.write(`${what.padEnd(44)} p50 ${at(0.5).padStart(7)}  p99 ${at(0.99).padStart(8)}\n`)
}

async function measure(count, keep) {
  const appended = []
  const flushed = []
  const durable = []
  for (let number = 0; number < count; number += 1) {
    const start = micros()
    const receipt = log.append(verdict(number))
    appended.push(micros() - start)
    log.flush(receipt)
    flushed.push(micros() - start)
    await log.durable(receipt)
    durable.push(micros() - start)
  }
  if (!keep) return
  print('append', appended)
  print('append and flush (a read is forwarded)', flushed)
  print('append, flush and durable, one session', durable)
}

await measure(3000, false)
await measure(3000, true)

for (const sessions of [8, 64, 512]) {
  const before = log.status()
  const waits = []
  let number = 0
  const start = micros()
  const run = async () => {
    while (number < 30_000) {
      number += 1
      const begun = micros()
      const receipt = log.append(verdict(number))
      log.flush(receipt)
      await log.durable(receipt)
      waits.push(micros() - begun)
    }
  }
  await Promise.all(Array.from({ length: sessions }, run))
  const seconds = (micros() - start) / 1e6
  const { syncs, records } = log.status()
  print(`durable, ${sessions} sessions`, waits)
  const rate = Math.round((records - before.records) / seconds)
  process.stdout.write(`  ${rate} records/s, ${((records - before.records) / (syncs - before.syncs)).toFixed(1)} records per sync\n`)
}

await log.close()
const begun = micros()
const { verification } = await verifyDirectory(directory)
const seconds = (micros() - begun) / 1e6
const { records } = verification.summary
process.stdout.write(`verify: ok ${verification.ok}, ${records} records, ${Math.round(records / seconds)} records/s\n`)
process.stdout.write(`node ${process.version}, ${cpus().length} x ${cpus()[0]?.model}\n`)
rmSync(root, { recursive: true })
