export { canonical } from './canonical.ts'
export type { SignatureCheck, Sha256, Signer } from './crypto.ts'
export { AuditError, type AuditErrorCode } from './errors.ts'
export type {
  AgentAttached,
  AgentDetached,
  ApprovalFacts,
  AuditEvent,
  Checkpoint,
  ConfigurationChange,
  DurationFacts,
  EstimateFacts,
  InjectionFacts,
  LimitFacts,
  LogEvent,
  Login,
  LogOpened,
  LogRecovered,
  Outcome,
  ParameterFacts,
  RedactionFacts,
  RelationFacts,
  RuleFacts,
  SessionClosed,
  SessionFacts,
  SessionOpened,
  StatementFacts,
  StatementOutcome,
  StatementPhase,
  StatementVerdict,
} from './event.ts'
export { clipText, ruleFacts, sessionFacts, statementFacts } from './facts.ts'
export {
  GENESIS,
  seal,
  sealCheckpoint,
  type AuditRecord,
  type Head,
  type Seal,
  type Sealed,
  type Stamp,
} from './record.ts'
export { formatTime } from './time.ts'
export { segmentName, segmentSequence } from './segment.ts'
export { readRecord, type PlacedRecord, type ReadRecord } from './read.ts'
export { signedText } from './record.ts'
export type {
  AuditFinding,
  AuditFindingCode,
  LogLine,
  SegmentSource,
  Verification,
  VerificationSummary,
  VerifyOptions,
} from './verification.ts'
export { verifyLog } from './verify.ts'
