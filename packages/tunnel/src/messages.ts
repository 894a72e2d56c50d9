import {
  bool,
  bytes,
  message,
  nested,
  oneOf,
  repeated,
  repeatedStrings,
  string,
  stringMap,
  uint32,
  uint64,
} from './protobuf.ts'
import type { MessageCodec } from './protobuf.ts'

// The messages of proto/tunnel/v1/tunnel.proto, in its order and its words; messages.test.ts compares the two.

/** What an agent offers: a connection it can open. */
export interface ConnectionOffer {
  readonly name: string
  /** `postgres` or `mysql`. */
  readonly engine: string
  readonly capabilities: readonly string[]
}

/** What a session runs as, and for whom. */
export interface SessionOpen {
  /** The gateway's id of the session, as its audit log names it. */
  readonly sessionId: string
  readonly connection: string
  readonly engine: string
  /** Name of the gateway. */
  readonly gateway: string
  readonly identity: OpenIdentity
  readonly client: OpenClient
  /** What the client asked for at start-up; the gateway has removed what no agent may see. */
  readonly startup: ReadonlyMap<string, string>
  /** Masking rules as JSON; empty for none. */
  readonly masking: Uint8Array
  readonly limits: OpenLimits
  readonly maskingVersion: string
  /** Frames that the gateway understands beyond the first version's: `user-code`. */
  readonly capabilities: readonly string[]
}

/** The identity of `@sallyport/core` as the wire carries it: '' where it has no e-mail. */
export interface OpenIdentity {
  readonly subject: string
  readonly email: string
  readonly groups: readonly string[]
  readonly kind: string
  readonly method: string
}

export interface OpenClient {
  readonly application: string
  readonly address: string
}

/** 0 means no limit by policy. */
export interface OpenLimits {
  readonly statementTimeoutMs: number
  readonly idleTimeoutMs: number
}

/** The agent's answer once it is logged in to the database. */
export interface SessionReady {
  /** What the database reported at start-up, in its order. */
  readonly parameters: readonly Parameter[]
  readonly serverVersion: string
  /** What only the engine's protocol understands. */
  readonly detail: Uint8Array
  readonly maskingCapabilities: readonly string[]
  /** Frames that this session understands beyond the first version's: `estimate`. */
  readonly capabilities: readonly string[]
  /** PostgreSQL: what users brought into the database. */
  readonly userCode: UserCodeLists
}

/** The code of users that texts can run without naming it theirs, as `UserCode` of `@sallyport/sql` explains it. */
export interface UserCodeLists {
  /** False, as when nothing is said, where not everything is known. */
  readonly complete: boolean
  readonly functions: readonly string[]
  readonly operators: readonly string[]
  readonly fieldFunctions: readonly string[]
  readonly rowFunctions: readonly string[]
  readonly types: readonly CodeBehind[]
  readonly relations: readonly CodeBehind[]
  readonly casts: readonly string[]
}

/** What an agent says that cannot tell, and what one says that says nothing. */
export const UNTOLD_USER_CODE: UserCodeLists = {
  complete: false,
  functions: [],
  operators: [],
  fieldFunctions: [],
  rowFunctions: [],
  types: [],
  relations: [],
  casts: [],
}

/** A type or relation, and the functions (`schema.name`) that its use may call. */
export interface CodeBehind {
  readonly name: string
  readonly functions: readonly string[]
}

export interface Parameter {
  readonly name: string
  readonly value: string
}

/** Why a session cannot be, or cannot go on. */
export interface Failure {
  readonly code: string
  /** For the user: no row value, no credential. */
  readonly message: string
  /** SQLSTATE, '' where there is none. */
  readonly sqlState: string
  readonly retryable: boolean
}

/** How often values of one column were redacted in one statement. */
export interface Redaction {
  /** Which statement of the session, counted from 0. */
  readonly statement: number
  readonly schema: string
  readonly table: string
  readonly column: string
  readonly type: string
  readonly strategy: string
  readonly count: number
}

/** What a gateway tells the agent within a session, in the order of the data. */
export type GatewayControl =
  /** Cancel what runs now. */
  | { readonly type: 'cancel' }
  /** New masking rules, as JSON; '' as version is not allowed. */
  | { readonly type: 'policy'; readonly version: string; readonly masking: Uint8Array }
  /** What does the planner expect of one statement? Only for a session that is `capable` of it; nothing may follow before the answer. */
  | ({ readonly type: 'estimate' } & EstimateQuestion)

/** What an agent tells the gateway within a session, in the order of the data. */
export type AgentControl =
  | { readonly type: 'report'; readonly redactions: readonly Redaction[] }
  /** The database or the agent failed; the session ends behind it. */
  | ({ readonly type: 'failed' } & Failure)
  | { readonly type: 'barrier'; readonly id: number }
  /** The answer to `estimate`, in the planner's own units, rounded up. */
  | { readonly type: 'estimated'; readonly id: number; readonly cost: number; readonly rows: number }
  /** The planner has no answer to `estimate`. */
  | { readonly type: 'unestimated'; readonly id: number; readonly failure: Failure }
  /** What users brought into the database has changed. Only for a gateway that is `capable` of it. */
  | ({ readonly type: 'userCode' } & UserCodeLists)

/** A statement that is to be planned and not run. */
export interface EstimateQuestion {
  readonly id: number
  readonly text: string
  readonly parameters: readonly BoundParameter[]
  /** What waits for the answer is part of an extended query. */
  readonly extended: boolean
}

/** A value that is bound to a statement; never for a log. */
export interface BoundParameter {
  /** OID in PostgreSQL; 0 leaves it to the server. In MySQL the type of COM_STMT_EXECUTE, and 0x8000 for an unsigned one. */
  readonly type: number
  readonly binary: boolean
  readonly null: boolean
  readonly value: Uint8Array
}

interface Welcome {
  readonly gateway: string
  readonly version: string
  readonly agent: string
  readonly heartbeatIntervalMs: number
  readonly heartbeatTimeoutMs: number
  readonly features: readonly string[]
}

interface Hello {
  readonly name: string
  readonly version: string
  readonly connections: readonly ConnectionOffer[]
  readonly features: readonly string[]
}

/** Messages of an agent on Attach. */
export type AgentMessage =
  | ({ readonly type: 'hello' } & Hello)
  | { readonly type: 'heartbeat'; readonly sequence: number }
  | { readonly type: 'announce'; readonly connections: readonly ConnectionOffer[] }
  | { readonly type: 'draining'; readonly deadlineMs: number }
  | { readonly type: 'declined'; readonly ticket: string; readonly failure: Failure }

/** Messages of a gateway on Attach. */
export type GatewayMessage =
  | ({ readonly type: 'welcome' } & Welcome)
  | { readonly type: 'heartbeat'; readonly sequence: number }
  | { readonly type: 'openSession'; readonly ticket: string }
  | { readonly type: 'draining'; readonly deadlineMs: number }

/** Every frame of a session but `data`, which frames.ts reads and writes. */
export type ControlFrame =
  | { readonly type: 'join'; readonly ticket: string }
  | ({ readonly type: 'open' } & SessionOpen)
  | ({ readonly type: 'ready' } & SessionReady)
  | ({ readonly type: 'refused' } & Failure)
  | { readonly type: 'close'; readonly code: string; readonly message: string }
  | GatewayControl
  | AgentControl

const ConnectionOffer: MessageCodec<ConnectionOffer> = message({
  name: string(1),
  engine: string(2),
  capabilities: repeatedStrings(3),
})

const Hello: MessageCodec<Hello> = message({
  name: string(1),
  version: string(2),
  connections: repeated(3, 'ConnectionOffer', ConnectionOffer),
  features: repeatedStrings(4),
})

const Welcome: MessageCodec<Welcome> = message({
  gateway: string(1),
  version: string(2),
  agent: string(3),
  heartbeatIntervalMs: uint32(4),
  heartbeatTimeoutMs: uint32(5),
  features: repeatedStrings(6),
})

const Heartbeat: MessageCodec<{ readonly sequence: number }> = message({ sequence: uint64(1) })
const Announce: MessageCodec<{ readonly connections: readonly ConnectionOffer[] }> = message({
  connections: repeated(1, 'ConnectionOffer', ConnectionOffer),
})
const Draining: MessageCodec<{ readonly deadlineMs: number }> = message({ deadlineMs: uint32(1) })
const OpenSession: MessageCodec<{ readonly ticket: string }> = message({ ticket: string(1) })
const Failure: MessageCodec<Failure> = message({
  code: string(1),
  message: string(2),
  sqlState: string(3),
  retryable: bool(4),
})
const Declined: MessageCodec<{ readonly ticket: string; readonly failure: Failure }> = message({
  ticket: string(1),
  failure: nested(2, 'Failure', Failure),
})

const Join: MessageCodec<{ readonly ticket: string }> = message({ ticket: string(1) })
const Identity: MessageCodec<OpenIdentity> = message({
  subject: string(1),
  email: string(2),
  groups: repeatedStrings(3),
  kind: string(4),
  method: string(5),
})
const Client: MessageCodec<OpenClient> = message({ application: string(1), address: string(2) })
const Limits: MessageCodec<OpenLimits> = message({ statementTimeoutMs: uint32(1), idleTimeoutMs: uint32(2) })
const Open: MessageCodec<SessionOpen> = message({
  sessionId: string(1),
  connection: string(2),
  engine: string(3),
  gateway: string(4),
  identity: nested(5, 'Identity', Identity),
  client: nested(6, 'Client', Client),
  startup: stringMap(7),
  masking: bytes(8),
  limits: nested(9, 'Limits', Limits),
  maskingVersion: string(10),
  capabilities: repeatedStrings(11),
})
const Parameter: MessageCodec<Parameter> = message({ name: string(1), value: string(2) })
const CodeBehind: MessageCodec<CodeBehind> = message({ name: string(1), functions: repeatedStrings(2) })
const UserCode: MessageCodec<UserCodeLists> = message({
  complete: bool(1),
  functions: repeatedStrings(2),
  operators: repeatedStrings(3),
  fieldFunctions: repeatedStrings(4),
  rowFunctions: repeatedStrings(5),
  types: repeated(6, 'CodeBehind', CodeBehind),
  relations: repeated(7, 'CodeBehind', CodeBehind),
  casts: repeatedStrings(8),
})
const Ready: MessageCodec<SessionReady> = message({
  parameters: repeated(1, 'Parameter', Parameter),
  serverVersion: string(2),
  detail: bytes(3),
  maskingCapabilities: repeatedStrings(4),
  capabilities: repeatedStrings(5),
  userCode: nested(6, 'UserCode', UserCode),
})
const Cancel: MessageCodec<object> = message({})
const Redaction: MessageCodec<Redaction> = message({
  statement: uint64(1),
  schema: string(2),
  table: string(3),
  column: string(4),
  type: string(5),
  strategy: string(6),
  count: uint64(7),
})
const Report: MessageCodec<{ readonly redactions: readonly Redaction[] }> = message({
  redactions: repeated(1, 'Redaction', Redaction),
})
const Policy: MessageCodec<{ readonly version: string; readonly masking: Uint8Array }> = message({
  version: string(1),
  masking: bytes(2),
})
const Close: MessageCodec<{ readonly code: string; readonly message: string }> = message({
  code: string(1),
  message: string(2),
})
const Barrier: MessageCodec<{ readonly id: number }> = message({ id: uint64(1) })
const BoundParameter: MessageCodec<BoundParameter> = message({
  type: uint32(1),
  binary: bool(2),
  null: bool(3),
  value: bytes(4),
})
const Estimate: MessageCodec<EstimateQuestion> = message({
  id: uint64(1),
  text: string(2),
  parameters: repeated(3, 'BoundParameter', BoundParameter),
  extended: bool(4),
})
const Estimated: MessageCodec<{ readonly id: number; readonly cost: number; readonly rows: number }> = message({
  id: uint64(1),
  cost: uint64(2),
  rows: uint64(3),
})
const Unestimated: MessageCodec<{ readonly id: number; readonly failure: Failure }> = message({
  id: uint64(1),
  failure: nested(2, 'Failure', Failure),
})

/** Attach, from the agent. */
export const AgentMessage = oneOf<AgentMessage>({
  hello: { number: 1, codec: Hello },
  heartbeat: { number: 2, codec: Heartbeat },
  announce: { number: 3, codec: Announce },
  draining: { number: 4, codec: Draining },
  declined: { number: 5, codec: Declined },
})

/** Attach, from the gateway. */
export const GatewayMessage = oneOf<GatewayMessage>({
  welcome: { number: 1, codec: Welcome },
  heartbeat: { number: 2, codec: Heartbeat },
  openSession: { number: 3, codec: OpenSession },
  draining: { number: 4, codec: Draining },
})

/** Session, both ways, all kinds but `data` (1). */
export const ControlFrame = oneOf<ControlFrame>({
  join: { number: 2, codec: Join },
  open: { number: 3, codec: Open },
  ready: { number: 4, codec: Ready },
  refused: { number: 5, codec: Failure },
  cancel: { number: 6, codec: Cancel },
  report: { number: 7, codec: Report },
  policy: { number: 8, codec: Policy },
  failed: { number: 9, codec: Failure },
  close: { number: 10, codec: Close },
  barrier: { number: 11, codec: Barrier },
  estimate: { number: 12, codec: Estimate },
  estimated: { number: 13, codec: Estimated },
  unestimated: { number: 14, codec: Unestimated },
  userCode: { number: 15, codec: UserCode },
})
