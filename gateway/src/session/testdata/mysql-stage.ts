import { UNTOLD_USER_CODE } from '@sallyport/tunnel'
import type { AuditLog } from '@sallyport/audit-file'
import { sessionFacts } from '@sallyport/audit'
import type { Analysis, StatementLimits, Verdict } from '@sallyport/core'
import { NO_LIMITS } from '@sallyport/guardrails'
import {
  type BackendMessage,
  CLIENT,
  Conversation,
  encodeBackend,
  encodeFrontend,
  ErrPacket,
  type FrontendMessage,
  PacketReader,
} from '@sallyport/mysql-wire'
import { Reader } from '@sallyport/bytes'
import { Gate } from '../../guard/gate.ts'
import { createMysqlInspector } from '../../guard/mysql/inspector.ts'
import { PreparedNames } from '../../guard/prepared-names.ts'
import { Inbound } from '../mysql/inbound.ts'
import { LimitWatch } from '../mysql/limit-watch.ts'
import { Deadlines } from '../deadlines.ts'
import { Outbound } from '../mysql/outbound.ts'
import { SessionSettings } from '../mysql/session-settings.ts'
import type { CommandRun } from '../mysql/command-run.ts'
import { clientLayer, type ClientLayer } from '../mysql/compression.ts'
import type { Barrier } from '../statement-run.ts'
import { ScriptedLog } from './scripted-log.ts'

/** Both ways of a MySQL session between a scripted log, whose disk is slow at will, a scripted agent, and a client that reads what it gets. */
export interface MysqlStage {
  readonly client: (...commands: readonly (string | Uint8Array | FrontendMessage)[]) => void
  readonly agent: (...packets: readonly Uint8Array[]) => void
  /** The tunnel takes one message at a time, and the next after this. */
  readonly drained: () => void
  readonly disk: ScriptedLog
  readonly events: string[]
  readonly toAgent: Uint8Array[]
  readonly failures: unknown[]
  readonly kills: string[]
  /** The time that something waits for is up: that of a statement, or the grace behind a cancel. */
  readonly timeUp: () => void
  /** What the client got: `OK`, `ERR 1142 …`, `row` for anything else, each with its sequence id. */
  readonly read: () => readonly string[]
  /** What the agent got, as text. */
  readonly sent: () => string
}

/** Sets the stage. Statements that begin with DROP are refused; number 7 is the only session that KILL finds. */
export function setMysqlStage({
  multi = true,
  layer = clientLayer({ algorithm: 'none' }, 0),
  narrow = false,
  limited = {},
}: {
  readonly multi?: boolean
  readonly layer?: ClientLayer
  readonly narrow?: boolean
  /** Limits of all texts but of those without a table. */
  readonly limited?: Partial<StatementLimits>
} = {}): MysqlStage {
  const [events, toAgent, toClient, failures, kills]: [string[], Uint8Array[], Uint8Array[], unknown[], string[]] = [
    [],
    [],
    [],
    [],
    [],
  ]
  let timer: (() => void) | undefined
  const disk = new ScriptedLog(events)
  const log = disk as unknown as AuditLog
  const identity = { subject: 'alice', email: undefined, groups: [], method: 'token', kind: 'human' } as const
  const session = sessionFacts({ session: 's', connection: 'c', engine: 'mysql', identity, source: '127.0.0.1:1' })
  const capabilities = { flags: FLAGS | (multi ? CLIENT.MULTI_STATEMENTS : 0), extended: 0 }
  const conversation = new Conversation<CommandRun>({ capabilities })
  const settings = new SessionSettings(READY)
  const inspector = createMysqlInspector(1024 * 1024)
  const connection = {
    name: 'c',
    engine: 'mysql',
    agent: 'a',
    masking: { columns: [] },
    functions: new Map(),
    allowFunctionCall: false,
    allowLocalInfile: true,
  } as unknown as Parameters<SessionSettings['current']>[0]
  const gate = new Gate({
    session,
    log,
    decide: (analysis) => decide(analysis, limited),
    clock: { now: () => 0n, monotonicMs: () => 0 },
    observe: () => undefined,
  })
  const barrier: Barrier = { receipt: undefined }
  const onFailure = (error: unknown): void => void failures.push(error)
  const maxMessageBytes = 32 * 1024 * 1024
  const limits = new LimitWatch({
    conversation,
    capabilities,
    deadlines: new Deadlines({
      monotonicMs: () => 0,
      after: (_delayMs, act) => {
        timer = act
        return () => (timer = undefined)
      },
      cancel: () => events.push('cancel'),
      onOverdue: () => events.push('overdue'),
      graceMs: 1,
    }),
    onSettled: () => inbound.replied(),
  })
  const outbound: Outbound = new Outbound({
    conversation,
    limits,
    settings,
    log,
    session,
    barrier,
    maxMessageBytes,
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
    settings,
    keyed: () => settings.current(connection),
    inspect: inspector.inspect,
    prepared: new PreparedNames(() => undefined),
    estimate: undefined,
    log,
    barrier,
    maxMessageBytes,
    layer,
    multiStatements: multi,
    monotonicMs: () => 0,
    kill: ({ what, id }) => (id === 7 ? () => kills.push(what) : undefined),
    send: (bytes) => {
      events.push('forward')
      return toAgent.push(bytes) > 0 && !narrow
    },
    answer: (bytes) => outbound.answer(bytes),
    answersWait: () => outbound.answersWait,
    onTerminate: () => undefined,
    onFailure,
    onFlow: () => undefined,
  })
  return {
    client: (...commands) => {
      const context = { capabilities, shapeFor: () => undefined }
      const bytes = commands.map((command) => {
        if (command instanceof Uint8Array) return command
        if (typeof command !== 'string') return encodeFrontend(command, context)
        return encodeFrontend({ type: 'COM_QUERY', attributes: [], query: Buffer.from(command) }, context)
      })
      inbound.receive(Buffer.concat(bytes))
    },
    drained: () => inbound.drained(),
    agent: (...packets) => outbound.receive(Buffer.concat(packets)),
    disk,
    events,
    toAgent,
    failures,
    kills,
    timeUp: () => timer?.(),
    read: () => packetsOf(Buffer.concat(toClient)),
    sent: () => Buffer.concat(toAgent).toString('latin1'),
  }
}

/** A packet of the agent's, as the first reply to a command unless told otherwise. */
export function reply(message: BackendMessage, sequence = 1): Uint8Array {
  return encodeBackend(message, { flags: FLAGS, extended: 0 }, sequence)
}

export const OK: BackendMessage = {
  type: 'OK',
  end: false,
  affectedRows: 0n,
  lastInsertId: 0n,
  status: 2,
  warnings: 0,
  info: '',
  sessionState: undefined,
}

function packetsOf(bytes: Uint8Array): readonly string[] {
  const reader = new PacketReader({ maxMessageBytes: 64 * 1024 * 1024 })
  reader.push(bytes)
  const seen: string[] = []
  for (let raw = reader.next(); raw !== undefined; raw = reader.next()) {
    const { payload, sequence } = raw
    if (payload[0] === 0xff) {
      const { errorCode, message } = ErrPacket.decode(new Reader(payload), { flags: FLAGS, extended: 0 })
      seen.push(`${sequence} ERR ${errorCode} ${message}`)
    } else seen.push(`${sequence} ${payload[0] === 0 ? 'OK' : 'row'}`)
  }
  return seen
}

function decide(analysis: Analysis, limited: Partial<StatementLimits>): Verdict {
  const refused = !analysis.ok || analysis.statements.some(({ kind }) => kind.startsWith('drop'))
  const finding = {
    rule: 'no-drop',
    action: 'deny',
    message: 'not allowed',
    hint: 'Keep it.',
    statement: 0,
    observed: false,
  } as const
  const reads = analysis.ok && analysis.statements.some(({ relations }) => relations.length > 0)
  const limits = reads ? { ...NO_LIMITS, ...limited } : NO_LIMITS
  return { action: refused ? 'deny' : 'allow', findings: refused ? [finding] : [], limits }
}

const FLAGS: number = CLIENT.PROTOCOL_41 | CLIENT.SECURE_CONNECTION | CLIENT.DEPRECATE_EOF | CLIENT.LOCAL_FILES
const READY = {
  parameters: [
    { name: 'sql_mode', value: 'STRICT_TRANS_TABLES' },
    { name: 'character_set_client', value: 'utf8mb4' },
    { name: 'database', value: 'shop' },
  ],
  serverVersion: '10.11.19-MariaDB',
  detail: new Uint8Array(),
  maskingCapabilities: [],
  capabilities: [],
  userCode: UNTOLD_USER_CODE,
} as const
