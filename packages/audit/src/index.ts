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
  InjectionFacts,
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
export { segmentName, segmentSequence } from './segment.ts'
