import { Writer } from '@sallyport/bytes'
import { encodePackets } from '../framing/encode-packets.ts'
import { MalformedMessageError, UnsupportedError } from '../errors.ts'
import type { RawPacket } from '../framing/raw-packet.ts'
import { decoding } from '../malformed.ts'
import type { CommandCodec, CommandContext } from './codec.ts'
import { ComQuery } from './com-query.ts'
import { ComStmtBulkExecute } from './com-stmt-bulk-execute.ts'
import { ComStmtExecute } from './com-stmt-execute.ts'
import { ComStmtClose, ComStmtFetch, ComStmtPrepare, ComStmtReset, ComStmtSendLongData } from './com-stmt.ts'
import {
  bodiless,
  type BodilessCommand,
  ComChangeUser,
  ComFieldList,
  ComInitDb,
  ComProcessKill,
  ComRefresh,
  ComSetOption,
} from './com-utility.ts'
import { COMMAND, type CommandName, commandName } from './command.ts'
import type { UnavailableCommand } from './unavailable-command.ts'

/** A command that a session may forward. */
export type SessionCommand =
  | BodilessCommand
  | ComChangeUser
  | ComFieldList
  | ComInitDb
  | ComProcessKill
  | ComQuery
  | ComRefresh
  | ComSetOption
  | ComStmtBulkExecute
  | ComStmtClose
  | ComStmtExecute
  | ComStmtFetch
  | ComStmtPrepare
  | ComStmtReset
  | ComStmtSendLongData

/** Everything a frontend may send between login and COM_QUIT, but the data of LOAD DATA LOCAL. */
export type FrontendMessage = SessionCommand | UnavailableCommand

/**
 * Decodes a command. Byte ranges in the result are views of the packet. Throws {@link MalformedMessageError}, also for a command that does not begin a
 * sequence of packets.
 */
export function decodeFrontend(raw: RawPacket, context: CommandContext): FrontendMessage {
  const { payload } = raw
  if (raw.sequence !== 0) throw new MalformedMessageError('frontend', 'A command does not have sequence id 0')
  const code = payload[0]
  if (code === undefined) throw new MalformedMessageError('frontend', 'An empty packet is no command')
  const command = commandName(code)
  const codec = codecOf(command)
  if (codec === undefined) return { type: 'unavailable', code, command }
  return decoding('frontend', command ?? 'command', payload, (body) => {
    body.skip(1)
    return codec.decode(body, context)
  })
}

/** Encodes a command as packets from sequence id 0 on. Throws `BytesError` for what does not fit the protocol's fields. */
export function encodeFrontend(message: FrontendMessage, context: CommandContext): Uint8Array {
  if (message.type === 'unavailable') throw new UnsupportedError('A command that is always refused cannot be written')
  const body = new Writer().uint8(COMMAND[message.type])
  const codec = CODECS[message.type] as CommandCodec<SessionCommand>
  codec.encode(message, body, context)
  return encodePackets(body.view(), 0)
}

/** The id of the statement that a command is about; undefined for one about none. */
export function statementIdOf(message: FrontendMessage): number | undefined {
  return 'statementId' in message ? message.statementId : undefined
}

function codecOf(command: CommandName | undefined): CommandCodec<SessionCommand> | undefined {
  return command === undefined ? undefined : BY_NAME[command]
}

const CODECS: { readonly [T in SessionCommand['type']]: CommandCodec<Extract<SessionCommand, { readonly type: T }>> } =
  {
    COM_CHANGE_USER: ComChangeUser,
    COM_DEBUG: bodiless('COM_DEBUG'),
    COM_FIELD_LIST: ComFieldList,
    COM_INIT_DB: ComInitDb,
    COM_PING: bodiless('COM_PING'),
    COM_PROCESS_INFO: bodiless('COM_PROCESS_INFO'),
    COM_PROCESS_KILL: ComProcessKill,
    COM_QUERY: ComQuery,
    COM_QUIT: bodiless('COM_QUIT'),
    COM_REFRESH: ComRefresh,
    COM_RESET_CONNECTION: bodiless('COM_RESET_CONNECTION'),
    COM_SET_OPTION: ComSetOption,
    COM_STATISTICS: bodiless('COM_STATISTICS'),
    COM_STMT_BULK_EXECUTE: ComStmtBulkExecute,
    COM_STMT_CLOSE: ComStmtClose,
    COM_STMT_EXECUTE: ComStmtExecute,
    COM_STMT_FETCH: ComStmtFetch,
    COM_STMT_PREPARE: ComStmtPrepare,
    COM_STMT_RESET: ComStmtReset,
    COM_STMT_SEND_LONG_DATA: ComStmtSendLongData,
  }

const BY_NAME = CODECS as unknown as Readonly<Partial<Record<CommandName, CommandCodec<SessionCommand>>>>
