export { listenTunnel } from './server.ts'
export type {
  AttachedAgent,
  DetachReason,
  OpenSessionOptions,
  ServerTls,
  TunnelServer,
  TunnelServerOptions,
} from './server.ts'
export { dialTunnel } from './client.ts'
export type { Backoff, ClientTls, LinkFailure, TunnelClient, TunnelClientOptions, TunnelLink } from './client.ts'
export { CLOSE_CODES } from './session.ts'
export type { AgentSession, CloseCode, CloseReason, GatewaySession, Session, SessionHandlers } from './session.ts'
export { UNTOLD_USER_CODE } from './messages.ts'
export type {
  AgentControl,
  CodeBehind,
  ConnectionOffer,
  Failure,
  BoundParameter,
  EstimateQuestion,
  GatewayControl,
  OpenClient,
  OpenIdentity,
  OpenLimits,
  Parameter,
  Redaction,
  SessionOpen,
  SessionReady,
  UserCodeLists,
} from './messages.ts'
export { authenticateKnown } from './authenticate.ts'
export type { AgentCredentials, Authenticate, KnownAgent } from './authenticate.ts'
export { DEFAULT_LIMITS } from './settings.ts'
export type { TunnelLimits } from './settings.ts'
export { NoAgentError, ProtocolViolationError, SessionRefusedError, TunnelError } from './errors.ts'
export type { TunnelErrorCode } from './errors.ts'
