// A gateway reduced to its log, to be killed: node writer.mjs DIRECTORY KEY. It prints the number of each statement once that is durable.
import { openAuditLog, readSigningKey } from '@sallyport/audit-file'
import { sessionFacts } from '@sallyport/audit'

const [directory, keyPath] = process.argv.slice(2)
const log = await openAuditLog({
  directory,
  signingKey: readSigningKey(keyPath),
  clock: { now: () => BigInt(Date.now()) * 1_000_000n, monotonicMs: () => performance.now() },
  gateway: 'gw-1',
  checkpointIntervalMs: 20,
  rotateBytes: 100_000,
})
const session = sessionFacts({
  session: 's-1',
  connection: 'shop-readonly',
  engine: 'postgres',
  identity: { subject: 'alice', groups: [], method: 'token', kind: 'human' },
  source: '127.0.0.1:1',
})
let number = 0
const run = async () => {
  for (;;) {
    const statement = String((number += 1))
    const text = `select ${'x'.repeat(number % 3000)}`
    const receipt = log.append({
      type: 'statement-verdict',
      session,
      statement,
      phase: 'query',
      text,
      textLength: text.length,
      statements: 'unknown',
      action: 'allow',
      rules: [],
      approvals: [],
    })
    await log.durable(receipt)
    process.stdout.write(`${statement}\n`)
  }
}
await Promise.all(Array.from({ length: 16 }, run))
