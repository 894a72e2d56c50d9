import { CLIENT, Conversation, has, type Capabilities } from '@sallyport/mysql-wire'
import type { MysqlInspector } from '../../guard/mysql/inspector.ts'
import type { KillRequest } from '../../guard/mysql/kill.ts'
import { PreparedNames } from '../../guard/prepared-names.ts'
import { farewellPacket } from '../../reply/mysql/refusal.ts'
import type { Seat, Ways } from '../relay.ts'
import type { CommandRun } from './command-run.ts'
import type { ClientLayer } from './compression.ts'
import { Inbound } from './inbound.ts'
import { LimitWatch } from './limit-watch.ts'
import { Outbound } from './outbound.ts'
import type { SessionSettings } from './session-settings.ts'

export interface MysqlPort {
  readonly inspector: MysqlInspector
  /** What client and database speak. */
  readonly capabilities: Capabilities
  readonly settings: SessionSettings
  /** Between packets and the client's socket. */
  readonly layer: ClientLayer
  /** Ends or cancels the session that a KILL means to this one; undefined when there is none. */
  readonly kill: (request: KillRequest) => (() => void) | undefined
}

/** The two ways of a MySQL session. */
export function openMysql(seat: Seat, { inspector, capabilities, settings, layer, kill }: MysqlPort): Ways {
  const { limits, login, log, gate, barrier, monotonicMs } = seat
  const conversation = new Conversation<CommandRun>({ capabilities, maxPending: limits.pipelinedStatements })
  const watch = new LimitWatch({
    conversation,
    capabilities,
    deadlines: seat.deadlines,
    onSettled: () => inbound.replied(),
  })
  const outbound: Outbound = new Outbound({
    conversation,
    limits: watch,
    settings,
    log,
    session: login.facts,
    barrier,
    maxMessageBytes: limits.messageBytes,
    monotonicMs,
    write: (bytes) => seat.toClient(layer.wrap(bytes)),
    onReplies: () => inbound.replied(),
    onOutcome: seat.onOutcome,
    onFailure: seat.onFailure,
    onFlow: seat.onAgentFlow,
  })
  const inbound: Inbound = new Inbound({
    conversation,
    limits: watch,
    gate,
    settings,
    keyed: () => settings.current(seat.connection()),
    inspect: inspector.inspect,
    // The protocol's own statements have numbers, which SQL cannot name.
    prepared: new PreparedNames(() => undefined),
    estimate: seat.estimate,
    log,
    barrier,
    maxMessageBytes: limits.messageBytes,
    layer,
    multiStatements: has(capabilities, CLIENT.MULTI_STATEMENTS),
    monotonicMs,
    kill,
    send: seat.toAgent,
    answer: (bytes) => outbound.answer(bytes),
    answersWait: () => outbound.answersWait,
    onTerminate: seat.onGoodbye,
    onFailure: seat.onFailure,
    onFlow: seat.onClientFlow,
  })
  return {
    inbound,
    outbound,
    busy: () => conversation.pending > 0,
    farewell: (farewell) => {
      if (!outbound.betweenPackets || conversation.terminated) return undefined
      // A client that waits for nothing reads it as the answer to its next command.
      const sequence = conversation.current?.sequence ?? 1
      return layer.wrap(farewellPacket(farewell, capabilities, sequence))
    },
  }
}
