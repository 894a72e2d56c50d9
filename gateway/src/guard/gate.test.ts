import type { AuditLog, AuditReceipt } from '@sallyport/audit-file'
import { sessionFacts, type AuditEvent } from '@sallyport/audit'
import type { Estimate, Verdict } from '@sallyport/core'
import { NO_LIMITS, type Estimates } from '@sallyport/guardrails'
import { describe, expect, it } from 'vitest'
import { Gate, type Question } from './gate.ts'
import { opaque } from './postgres/opaque.ts'

const ALLOWED: Verdict = { action: 'allow', findings: [], limits: NO_LIMITS }
const WANTING: Verdict = { ...ALLOWED, action: 'deny', estimate: [0, 2] }
const QUESTION: Question = { phase: 'query', text: 'SELECT 1', analysis: opaque('select', 'read') }

describe('a gate whose verdict wants an estimate', () => {
  it('records that it asks before it asks, and decides on the answer', async () => {
    const stage = setStage((estimates) => (estimates === undefined ? WANTING : ALLOWED))
    const asked: number[] = []
    const estimate = (index: number): Promise<Estimate> => {
      expect(stage.records.map((record) => 'phase' in record && record.phase)).toEqual(['estimate'])
      asked.push(index)
      return Promise.resolve(index === 0 ? { cost: 5, rows: 1 } : { failure: 'no such table' })
    }
    const { verdict } = await stage.gate.pass({ ...QUESTION, estimate })
    expect(verdict.action).toBe('allow')
    expect(asked).toEqual([0, 2])
    expect(stage.decidedOn.at(-1)).toEqual([{ cost: 5, rows: 1 }, undefined, { failure: 'no such table' }])
    expect(stage.records).toMatchObject([
      { phase: 'estimate', action: 'allow' },
      { phase: 'query', action: 'allow', estimates: [{ statement: 0, cost: 5, rows: 1 }, { statement: 2 }] },
    ])
  })

  it('does not ask when the question cannot be recorded', async () => {
    const stage = setStage(() => WANTING)
    stage.broken = true
    const estimate = (): Promise<Estimate> => Promise.reject(new Error('it asked'))
    await expect(stage.gate.pass({ ...QUESTION, estimate })).rejects.toThrow('the disk is full')
  })

  it('refuses at once where nobody can ask', async () => {
    const stage = setStage(() => WANTING)
    expect((await stage.gate.pass(QUESTION)).verdict.action).toBe('deny')
    expect(stage.records).toHaveLength(1)
  })

  it('asks about so many statements of a text and no more', async () => {
    const many: Verdict = { ...WANTING, estimate: Array.from({ length: 100 }, (_, index) => index) }
    const stage = setStage((estimates) => (estimates === undefined ? many : ALLOWED))
    let asked = 0
    const estimate = (): Promise<Estimate> => {
      asked += 1
      return Promise.resolve({ cost: 1, rows: 1 })
    }
    await stage.gate.pass({ ...QUESTION, estimate })
    expect(asked).toBe(32)
    expect(stage.decidedOn.at(-1)?.[99]).toHaveProperty('failure')
  })
})

it('a verdict that wants no estimate is there at once', () => {
  const stage = setStage(() => ALLOWED)
  const estimate = (): Promise<Estimate> => Promise.reject(new Error('it asked'))
  expect(stage.gate.pass({ ...QUESTION, estimate })).not.toBeInstanceOf(Promise)
})

function setStage(decide: (estimates: Estimates | undefined) => Verdict): {
  readonly gate: Gate
  readonly records: AuditEvent[]
  readonly decidedOn: (Estimates | undefined)[]
  broken: boolean
} {
  const records: AuditEvent[] = []
  const decidedOn: (Estimates | undefined)[] = []
  const log: Pick<AuditLog, 'append' | 'flush'> = {
    append: (event): AuditReceipt => {
      if (stage.broken) throw new Error('the disk is full')
      records.push(event)
      return { sequence: records.length } as AuditReceipt
    },
    flush: () => undefined,
  }
  const gate = new Gate({
    session: sessionFacts({
      session: 's',
      connection: 'c',
      engine: 'postgres',
      identity: { subject: 'alice', email: undefined, groups: [], method: 'token', kind: 'human' },
      source: '127.0.0.1:1',
    }),
    log: log as AuditLog,
    decide: (_analysis, estimates) => {
      decidedOn.push(estimates)
      return decide(estimates)
    },
    clock: { now: () => 0n, monotonicMs: () => 0 },
    observe: () => undefined,
  })
  const stage = { gate, records, decidedOn, broken: false }
  return stage
}
