export { Authentication } from './backend/authentication.ts'
export { BackendKeyData } from './backend/backend-key-data.ts'
export {
  BindComplete,
  CloseComplete,
  EmptyQueryResponse,
  NoData,
  ParseComplete,
  PortalSuspended,
} from './backend/bodiless.ts'
export { CommandComplete } from './backend/command-complete.ts'
export { CopyBothResponse, type CopyFormats, CopyInResponse, CopyOutResponse } from './backend/copy-response.ts'
export { DataRow } from './backend/data-row.ts'
export { ErrorResponse } from './backend/error-response.ts'
export { FunctionCallResponse } from './backend/function-call-response.ts'
export {
  type BackendMessage,
  backendType,
  type BackendType,
  decodeBackend,
  decodeBackendAs,
  encodeBackend,
} from './backend/message.ts'
export { NegotiateProtocolVersion } from './backend/negotiate-protocol-version.ts'
export {
  isFatal,
  NOTICE_FIELDS,
  noticeField,
  type NoticeField,
  type NoticeFieldName,
  noticeFields,
  type WithNoticeFields,
} from './backend/notice-fields.ts'
export { NoticeResponse } from './backend/notice-response.ts'
export { NotificationResponse } from './backend/notification-response.ts'
export { ParameterDescription } from './backend/parameter-description.ts'
export { ParameterStatus } from './backend/parameter-status.ts'
export { ReadyForQuery, type TransactionStatus } from './backend/ready-for-query.ts'
export { type Field, RowDescription } from './backend/row-description.ts'
export type { Codec, Format, Value } from './codec.ts'
export { Conversation, type ConversationOptions } from './conversation/conversation.ts'
export type { Entry, EntryType, Portal, PreparedStatement } from './conversation/entry.ts'
export type { ConversationEvent, Step } from './conversation/event.ts'
export type { SqlNames } from './conversation/meanings.ts'
export type { Lookup } from './conversation/names.ts'
export { REFUSED_NAME, REFUSED_TEXT } from './conversation/substitute.ts'
export { CopyData } from './copy/copy-data.ts'
export { CopyDone } from './copy/copy-done.ts'
export {
  ConversationFullError,
  MalformedMessageError,
  PgWireError,
  type PgWireErrorCode,
  ProtocolViolationError,
  type Side,
  UnsupportedError,
} from './errors.ts'
export { MessageReader } from './framing/message-reader.ts'
export { MessageScanner, type ScannerSink } from './framing/message-scanner.ts'
export { HEADER_BYTES, RawMessage } from './framing/raw-message.ts'
export { MAX_STARTUP_PACKET_BYTES, StartupPacketReader } from './framing/startup-packet-reader.ts'
export { Bind } from './frontend/bind.ts'
export { Flush, Sync, Terminate } from './frontend/bodiless.ts'
export { type CancelRequest, isSecretKeyLength } from './frontend/cancel-request.ts'
export { Close } from './frontend/close.ts'
export { CopyFail } from './frontend/copy-fail.ts'
export { Describe } from './frontend/describe.ts'
export { Execute } from './frontend/execute.ts'
export { FunctionCall } from './frontend/function-call.ts'
export { GSSResponse } from './frontend/gss-response.ts'
export {
  type AuthenticationResponse,
  decodeForRefusal,
  decodeFrontend,
  encodeFrontend,
  isStartupPacket,
  type FrontendMessage,
  type SessionMessage,
} from './frontend/message.ts'
export { Parse } from './frontend/parse.ts'
export { PasswordMessage } from './frontend/password-message.ts'
export { Query } from './frontend/query.ts'
export { SASLInitialResponse } from './frontend/sasl-initial-response.ts'
export { SASLResponse } from './frontend/sasl-response.ts'
export type { StartupMessage, StartupParameter } from './frontend/startup-message.ts'
export {
  decodeStartupPacket,
  encodeStartupPacket,
  type GSSENCRequest,
  type SSLRequest,
  type StartupPacket,
} from './frontend/startup-packet.ts'
export type { Target } from './frontend/target.ts'
export { DEFAULT_LOGIN_OPTIONS, LOGIN } from './auth/login-state.ts'
export type {
  BackendKey,
  LoggedIn,
  LoginEffect,
  LoginFailure,
  LoginFailureCode,
  LoginMethod,
  LoginOptions,
  LoginState,
  LoginStep,
} from './auth/login-state.ts'
export { beginLogin, stepLogin } from './auth/login.ts'
export type { LoginCrypto } from './auth/crypto.ts'
export { type ChannelBinding, DEFAULT_SCRAM_BOUNDS, type ScramBounds } from './auth/scram.ts'
export { ALPN_PROTOCOL, DEFAULT_STARTUP_OPTIONS, isDirectTls, STARTUP, STARTUP_BEGIN, stepStartup } from './startup.ts'
export type { StartupEffect, StartupEvent, StartupOptions, StartupPhase, StartupState } from './startup.ts'
export type { StartupRefusal, StartupRequest } from './startup-request.ts'
export {
  type AcceptedSettings,
  checkSettings,
  isSettingRefusal,
  parseIdentifierList,
  parseTimeoutMs,
  type SettingRefusal,
} from './startup-settings.ts'
export { parseOptions, type StartupSetting } from './startup-options.ts'
export { traceMessage, type TraceOptions, traceStartupPacket } from './trace/trace.ts'
