import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sessionFacts, type AuditRecord, type StatementOutcome, type StatementVerdict } from '@sallyport/audit'
import { onTestFinished } from 'vitest'
import { createSigningKey } from '../keys.ts'
import type { AuditLog, AuditLogOptions, AuditReceipt } from '../log.ts'
import { segmentFiles } from '../read.ts'

/** Options for a log in a new directory, which is removed when the test ends. */
export function newLog(changes: Partial<AuditLogOptions> = {}): AuditLogOptions {
  const root = newDirectory()
  return {
    directory: join(root, 'audit'),
    signingKey: createSigningKey(join(root, 'audit.key')),
    clock: { now: () => BigInt(Date.now()) * 1_000_000n, monotonicMs: () => performance.now() },
    gateway: 'gw-1',
    ...changes,
  }
}

export function newDirectory(): string {
  const root = mkdtempSync(join(tmpdir(), 'sallyport-audit-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  return root
}

export const session = sessionFacts({
  session: 's-1',
  connection: 'shop-readonly',
  agent: 'local',
  engine: 'postgres',
  database: 'shop',
  identity: { subject: 'alice@example.com', email: undefined, groups: ['dev'], method: 'token', kind: 'human' },
  application: 'psql',
  source: '127.0.0.1:50000',
})

export function verdict(number: number, text = `select ${number}`): StatementVerdict {
  return {
    type: 'statement-verdict',
    session,
    statement: `s-1/${number}`,
    phase: 'query',
    text,
    textLength: text.length,
    statements: 'unknown',
    action: 'allow',
    rules: [],
    approvals: [],
  }
}

export function outcome(number: number): StatementOutcome {
  return {
    type: 'statement-outcome',
    session,
    statement: `s-1/${number}`,
    verdict: number,
    outcome: 'completed',
    rows: 1,
    bytes: 100,
    durationUs: { database: 100 },
    redactions: [],
    injections: [],
  }
}

/** Appends, and waits until the disk has it. */
export async function record(log: AuditLog, event: Parameters<AuditLog['append']>[0]): Promise<AuditReceipt> {
  const receipt = log.append(event)
  await log.durable(receipt)
  return receipt
}

/** Every record of a log, as it is on the disk now. */
export async function records(directory: string): Promise<readonly AuditRecord[]> {
  const names = await segmentFiles(directory)
  const lines = names.flatMap((name) => readFileSync(join(directory, name), 'utf8').split('\n').slice(0, -1))
  return lines.map((line) => JSON.parse(line) as AuditRecord)
}
