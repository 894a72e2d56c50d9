import { Conversation, encodeBackend } from '@sallyport/pg-wire'
import type { Inspector } from '../../guard/postgres/inspector.ts'
import { SessionReader } from '../../guard/postgres/session-reader.ts'
import { PreparedNames } from '../../guard/prepared-names.ts'
import { fatalError } from '../../reply/postgres/refusal.ts'
import type { Seat, Ways } from '../relay.ts'
import type { StatementRun } from '../statement-run.ts'
import { Inbound } from './inbound.ts'
import { LimitWatch } from './limit-watch.ts'
import { Outbound } from './outbound.ts'

/** The two ways of a PostgreSQL session. */
export function openPostgres(seat: Seat, inspector: Inspector): Ways {
  const { login, log, gate, barrier, monotonicMs } = seat
  const conversation = new Conversation<StatementRun>({
    maxPending: seat.limits.pipelinedStatements * MESSAGES_PER_STATEMENT,
  })
  const prepared = new PreparedNames((name) => {
    const lookup = conversation.statementFor(name)
    if (lookup.state !== 'known' || lookup.value.context === undefined) return undefined
    const { context, parameterTypes } = lookup.value
    const now = reader.again(context.text, context.analysis, parameterTypes)
    // A text that takes long to read is not waited for here.
    return now instanceof Promise ? undefined : now
  })
  const { userCode } = login.tunnel.ready
  const reader = new SessionReader(inspector, seat.connection, userCode, () => prepared.forgetStatements())
  const limits: LimitWatch = new LimitWatch({
    conversation,
    deadlines: seat.deadlines,
    send: (bytes) => inbound.insert(bytes),
    onSettled: () => inbound.replied(),
  })
  const outbound: Outbound = new Outbound({
    conversation,
    limits,
    log,
    session: login.facts,
    barrier,
    maxMessageBytes: seat.limits.messageBytes,
    monotonicMs,
    write: seat.toClient,
    onReplies: () => inbound.replied(),
    onOutcome: seat.onOutcome,
    onFailure: seat.onFailure,
    onFlow: seat.onAgentFlow,
  })
  const inbound: Inbound = new Inbound({
    conversation,
    limits,
    gate,
    estimate: seat.estimate,
    reader,
    prepared,
    log,
    barrier,
    maxMessageBytes: seat.limits.messageBytes,
    allowFunctionCall: login.connection.allowFunctionCall,
    monotonicMs,
    send: seat.toAgent,
    onTerminate: seat.onGoodbye,
    onFailure: seat.onFailure,
    onFlow: seat.onClientFlow,
  })
  return {
    inbound,
    outbound,
    busy: () => conversation.pending > 0,
    userCode: (lists) => reader.told(lists),
    farewell: ({ sqlState, message, hint }) =>
      outbound.betweenMessages
        ? encodeBackend(fatalError(sqlState, message, hint === undefined ? {} : { hint }))
        : undefined,
  }
}

/** Parse, Bind, Describe, Execute, Sync. */
const MESSAGES_PER_STATEMENT = 5
