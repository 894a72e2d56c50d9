import type { AuditLog } from '@sallyport/audit-file'
import { sessionFacts } from '@sallyport/audit'
import type { Analysis, Verdict } from '@sallyport/core'
import { Conversation, encodeBackend, encodeFrontend, type BackendMessage } from '@sallyport/pg-wire'
import { NO_LIMITS } from '@sallyport/guardrails'
import { expect, it } from 'vitest'
import { Gate } from '../../guard/gate.ts'
import { opaque } from '../../guard/postgres/opaque.ts'
import { PreparedNames } from '../../guard/prepared-names.ts'
import { ScriptedLog } from '../testdata/scripted-log.ts'
import { Inbound } from './inbound.ts'
import { Deadlines } from '../deadlines.ts'
import { LimitWatch } from './limit-watch.ts'
import { Outbound } from './outbound.ts'
import type { Barrier, StatementRun } from '../statement-run.ts'

// Both ways of a session between a scripted log, whose disk is slow at will, and a scripted agent.

it('a read is forwarded once its record is written, and its rows leave once the record is durable', async () => {
  const stage = setStage()
  stage.client(query('read'))
  expect(stage.events).toEqual(['append', 'flush', 'forward'])
  stage.agent(ROW, COMPLETE, READY)
  expect(stage.toClient).toHaveLength(0)
  await stage.disk.sync()
  expect(Buffer.concat(stage.toClient).equals(Buffer.concat([ROW, COMPLETE, READY]))).toBe(true)
})

it('what can change something is forwarded only when its record is durable, and holds back what follows', async () => {
  const stage = setStage()
  stage.client(query('write'), query('read'))
  expect(stage.events).toEqual(['append', 'flush'])
  await stage.disk.sync()
  // What was held leaves in one piece with what it held back.
  expect(stage.events).toEqual(['append', 'flush', 'append', 'flush', 'forward'])
  expect(Buffer.concat(stage.toAgent).toString()).toMatch(/SELECT write.*SELECT read/s)
})

it('rows of a second statement wait for its own record, also while rows of the first wait', async () => {
  const stage = setStage()
  stage.client(query('read'))
  stage.agent(ROW, COMPLETE, READY)
  stage.disk.startSync()
  stage.client(query('read'))
  stage.agent(ROW, COMPLETE, READY)
  await stage.disk.endSync()
  expect(Buffer.concat(stage.toClient)).toHaveLength(ROW.length + COMPLETE.length + READY.length)
  await stage.disk.sync()
  expect(Buffer.concat(stage.toClient)).toHaveLength(2 * (ROW.length + COMPLETE.length + READY.length))
})

it('a refused statement never reaches the agent; the client gets the refusal in its place among the replies', async () => {
  const stage = setStage()
  stage.client(query('read'), query('refuse'), query('read'))
  expect(Buffer.concat(stage.toAgent).toString()).not.toContain('SELECT refuse')
  stage.agent(COMPLETE, READY, SYNTAX_ERROR, READY, COMPLETE, READY)
  await stage.disk.sync()
  const text = Buffer.concat(stage.toClient).toString()
  expect(text).toContain('not allowed')
  expect(text).not.toContain('syntax error')
  expect(text.indexOf('SELECT 1')).toBeLessThan(text.indexOf('not allowed'))
  expect(text.indexOf('not allowed')).toBeLessThan(text.lastIndexOf('SELECT 1'))
})

it('a statement whose record cannot be written is refused and not forwarded', () => {
  const stage = setStage()
  stage.disk.broken = true
  stage.client(query('read'))
  expect(Buffer.concat(stage.toAgent).toString()).not.toContain('SELECT read')
  stage.agent(SYNTAX_ERROR, READY)
  expect(Buffer.concat(stage.toClient).toString()).toContain('58030')
})

it('a disk that fails before a result is durable ends the session, and no row leaves', async () => {
  const stage = setStage()
  stage.client(query('read'))
  stage.agent(ROW, COMPLETE, READY)
  await stage.disk.fail()
  expect(stage.toClient).toHaveLength(0)
  expect(stage.failures).toHaveLength(1)
})

function query(what: 'read' | 'write' | 'refuse'): Uint8Array {
  return encodeFrontend({ type: 'Query', query: `SELECT ${what}` })
}

function setStage(): {
  readonly client: (...messages: readonly Uint8Array[]) => void
  readonly agent: (...messages: readonly Uint8Array[]) => void
  readonly disk: ScriptedLog
  readonly events: string[]
  readonly toAgent: Uint8Array[]
  readonly toClient: Uint8Array[]
  readonly failures: unknown[]
} {
  const [events, toAgent, toClient, failures]: [string[], Uint8Array[], Uint8Array[], unknown[]] = [[], [], [], []]
  const disk = new ScriptedLog(events)
  const log = disk as unknown as AuditLog
  const identity = { subject: 'alice', email: undefined, groups: [], method: 'token', kind: 'human' } as const
  const session = sessionFacts({ session: 's', connection: 'c', engine: 'postgres', identity, source: '127.0.0.1:1' })
  const conversation = new Conversation<StatementRun>()
  const gate = new Gate({
    session,
    log,
    decide,
    clock: { now: () => 0n, monotonicMs: () => 0 },
    observe: () => undefined,
  })
  const barrier: Barrier = { receipt: undefined }
  const onFailure = (error: unknown): void => void failures.push(error)
  const limits: LimitWatch = new LimitWatch({
    conversation,
    deadlines: new Deadlines({
      monotonicMs: () => 0,
      after: () => () => undefined,
      cancel: () => undefined,
      onOverdue: () => undefined,
      graceMs: 1,
    }),
    send: (bytes) => inbound.insert(bytes),
    onSettled: () => inbound.replied(),
  })
  const outbound: Outbound = new Outbound({
    conversation,
    limits,
    log,
    session,
    barrier,
    maxMessageBytes: 1024 * 1024,
    monotonicMs: () => 0,
    write: (bytes) => toClient.push(bytes) > 0,
    onReplies: () => inbound.replied(),
    onOutcome: () => undefined,
    onFailure,
    onFlow: () => undefined,
  })
  const inbound: Inbound = new Inbound({
    conversation,
    limits,
    gate,
    reader: {
      inspect: (text): Analysis => opaque(text.slice('SELECT '.length), text.endsWith('write') ? 'write' : 'read'),
      again: (_text, before) => before,
      forwarded: () => undefined,
    },
    prepared: new PreparedNames(() => undefined),
    log,
    barrier,
    maxMessageBytes: 1024 * 1024,
    allowFunctionCall: false,
    monotonicMs: () => 0,
    send: (bytes) => {
      events.push('forward')
      return toAgent.push(bytes) > 0
    },
    onTerminate: () => undefined,
    onFailure,
    onFlow: () => undefined,
  })
  return {
    client: (...messages) => inbound.receive(Buffer.concat(messages)),
    agent: (...messages) => outbound.receive(Buffer.concat(messages)),
    disk,
    events,
    toAgent,
    toClient,
    failures,
  }
}

function decide(analysis: Analysis): Verdict {
  const refused = analysis.ok && analysis.statements[0]?.kind === 'refuse'
  const finding = {
    rule: 'r',
    action: 'deny',
    message: 'not allowed',
    hint: undefined,
    statement: 0,
    observed: false,
  } as const
  return { action: refused ? 'deny' : 'allow', findings: refused ? [finding] : [], limits: NO_LIMITS }
}

function message(what: BackendMessage): Uint8Array {
  return encodeBackend(what)
}

const FIELD = { name: 'x', tableOid: 0, attribute: 0, typeOid: 25, typeSize: -1, typeModifier: -1, format: 0 }
const ROW = Buffer.concat([
  message({ type: 'RowDescription', fields: [FIELD] }),
  message({ type: 'DataRow', values: [Buffer.from('value')] }),
])
const COMPLETE = message({ type: 'CommandComplete', commandTag: 'SELECT 1' })
const READY = message({ type: 'ReadyForQuery', status: 'idle' })
const SYNTAX_ERROR = message({
  type: 'ErrorResponse',
  fields: [
    { code: 'S', value: 'ERROR' },
    { code: 'C', value: '42601' },
    { code: 'M', value: 'syntax error at or near "Sallyport"' },
  ],
})
