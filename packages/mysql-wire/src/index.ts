export { AuthMoreData, AuthSwitchRequest } from './backend/authentication.ts'
export { type BinaryRow, readBinaryRow, writeBinaryRow } from './backend/binary-row.ts'
export { ColumnCount } from './backend/column-count.ts'
export { ColumnDefinition } from './backend/column-definition.ts'
export { EofPacket } from './backend/eof-packet.ts'
export { ErrPacket } from './backend/err-packet.ts'
export { Handshake } from './backend/handshake.ts'
export { LocalInfileRequest } from './backend/local-infile-request.ts'
export { type BackendMessage, decodeBackendAs, encodeBackend } from './backend/message.ts'
export { OkPacket } from './backend/ok-packet.ts'
export { PrepareOk } from './backend/prepare-ok.ts'
export { ProgressReport } from './backend/progress-report.ts'
export { Statistics } from './backend/statistics.ts'
export { readTextRow, type TextRow, writeTextRow } from './backend/text-row.ts'
export {
  type Capabilities,
  type CapabilityChoice,
  CLIENT,
  commonCapabilities,
  has,
  hasExtended,
  MARIADB,
  REQUIRED,
  spoken,
} from './capabilities.ts'
export type { Codec, Value } from './codec.ts'
export { type CommandFacts, Conversation, type ConversationOptions } from './conversation/conversation.ts'
export type { Entry, PreparedStatement } from './conversation/entry.ts'
export type { ConversationEvent, LocalAnswer, Step } from './conversation/event.ts'
export type { Lookup } from './conversation/statements.ts'
export {
  ConversationFullError,
  MalformedMessageError,
  MessageTooLargeError,
  MysqlWireError,
  type MysqlWireErrorCode,
  ProtocolViolationError,
  type Side,
  UnsupportedError,
} from './errors.ts'
export { CompressedReader, CompressedWriter, type Compressor } from './framing/compression.ts'
export { encodePackets, packetsOf } from './framing/encode-packets.ts'
export { PacketReader } from './framing/packet-reader.ts'
export { PacketScanner, type PacketRun, type ScannerSink } from './framing/packet-scanner.ts'
export { HEADER_BYTES, MAX_PACKET_PAYLOAD, type RawPacket } from './framing/raw-packet.ts'
export { renumberPackets } from './framing/renumber.ts'
export { type CommandCodec, type CommandContext, LAST_STATEMENT, type StatementShape } from './frontend/codec.ts'
export { ComQuery } from './frontend/com-query.ts'
export { BULK_FLAG, type BulkValue, ComStmtBulkExecute } from './frontend/com-stmt-bulk-execute.ts'
export { ComStmtExecute, EXECUTE_FLAG } from './frontend/com-stmt-execute.ts'
export { ComStmtClose, ComStmtFetch, ComStmtPrepare, ComStmtReset, ComStmtSendLongData } from './frontend/com-stmt.ts'
export {
  type BodilessCommand,
  ComChangeUser,
  ComFieldList,
  ComInitDb,
  ComProcessKill,
  ComRefresh,
  ComSetOption,
} from './frontend/com-utility.ts'
export { COMMAND, type CommandName, commandName } from './frontend/command.ts'
export type { Attribute } from './frontend/connect-attributes.ts'
export { decodeFirstPacket, HandshakeResponse, SslRequest } from './frontend/handshake-response.ts'
export {
  decodeFrontend,
  encodeFrontend,
  type FrontendMessage,
  type SessionCommand,
  statementIdOf,
} from './frontend/message.ts'
export type { Parameter, ParameterType } from './frontend/parameters.ts'
export type { UnavailableCommand } from './frontend/unavailable-command.ts'
export { decodeSessionTrack, type SessionChange } from './session-track.ts'
export { SERVER_STATUS } from './status.ts'
export { FIELD_TYPE, hasLength, isBinaryType, readBinaryValue } from './values.ts'
export type { LoginCrypto } from './auth/crypto.ts'
export { DEFAULT_LOGIN_OPTIONS } from './auth/login-state.ts'
export type {
  LoggedIn,
  LoginEffect,
  LoginFailure,
  LoginFailureCode,
  LoginMethod,
  LoginOptions,
  LoginState,
  LoginStep,
} from './auth/login-state.ts'
export { LOGIN_BEGIN, stepLogin, tlsEstablished } from './auth/login.ts'
export { beginStartup, DEFAULT_STARTUP_OPTIONS, STARTUP, stepStartup } from './startup.ts'
export type {
  Greeting,
  StartupEffect,
  StartupEvent,
  StartupOptions,
  StartupPhase,
  StartupState,
  StartupStep,
} from './startup.ts'
export type { StartupRequest } from './startup-request.ts'
export { traceMessage, type TraceOptions } from './trace/trace.ts'
