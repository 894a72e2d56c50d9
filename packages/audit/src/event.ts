import type { Action, Dialect, Effect, Identity } from '@sallyport/core'

/** Something that happened, as the gateway hands it to the log. The log adds what makes it a record: `AuditRecord`. */
export type AuditEvent =
  | SessionOpened
  | SessionClosed
  | Login
  | StatementVerdict
  | StatementOutcome
  | AgentAttached
  | AgentDetached
  | ConfigurationChange

/** What the log says about itself. Only the log writes these. */
export type LogEvent = LogOpened | LogRecovered | Checkpoint

/** What all records of a session share. Made by `sessionFacts`, once per session. */
export interface SessionFacts {
  readonly session: string
  readonly connection: string
  /** The agent that serves the session; undefined while none does. */
  readonly agent?: string | undefined
  readonly engine: Dialect
  readonly database?: string | undefined
  readonly identity: Identity
  /** What the client says of itself: application_name, program_name. Never to be believed. */
  readonly application?: string | undefined
  /** Address and port as the gateway saw them. */
  readonly source: string
}

/** One per session, when the backend is ready. */
export interface SessionOpened {
  readonly type: 'session-open'
  readonly session: SessionFacts
}

/** One per session, when its last byte is through. */
export interface SessionClosed {
  readonly type: 'session-close'
  readonly session: SessionFacts
  readonly reason: 'client' | 'agent' | 'database' | 'gateway' | 'idle' | 'killed' | 'violation'
  readonly statements: number
  /** Bytes that went to the client. */
  readonly bytes: number
  readonly durationMs: number
}

/** One per attempt to log in, also when nobody could be established. */
export interface Login {
  readonly type: 'login'
  readonly result: 'ok' | 'refused'
  /** Undefined where the token was not believed; a name that was only claimed does not belong here. */
  readonly identity?: Identity | undefined
  /** The connection that was asked for, as far as it was. */
  readonly connection?: string | undefined
  readonly engine: Dialect
  readonly source: string
  readonly encrypted: boolean
  /** Why it was refused: a stable word, never the token. */
  readonly reason?: string | undefined
}

/** The protocol step that carried the statement; `estimate`: the planner was asked about it, and nothing ran. */
export type StatementPhase = 'query' | 'parse' | 'bind' | 'execute' | 'function-call' | 'copy' | 'estimate'

/** What may run, recorded before anything of it is forwarded. */
export interface StatementVerdict {
  readonly type: 'statement-verdict'
  readonly session: SessionFacts
  /** Links the verdict with its outcome; unique in the log's gateway. */
  readonly statement: string
  readonly phase: StatementPhase
  /** The statement's text; clipped by `clipText` when it is too long for a record. */
  readonly text: string
  /** The whole text's length in UTF-16 code units: greater than that of `text` when it was clipped. */
  readonly textLength: number
  /** Count, types and lengths only. A parameter's value is never recorded. */
  readonly parameters?: readonly ParameterFacts[] | undefined
  /** What the database's planner said, where a rule rests on it. */
  readonly estimates?: readonly EstimateFacts[] | undefined
  /** One for each statement of the text, made by `statementFacts`; 'unknown' when it could not be parsed. */
  readonly statements: readonly StatementFacts[] | 'unknown'
  readonly action: Action
  /** Every rule that matched, the deciding one first. */
  readonly rules: readonly RuleFacts[]
  readonly approvals: readonly ApprovalFacts[]
}

export interface ParameterFacts {
  /** OID in PostgreSQL, type byte in MySQL; 0 leaves it to the server. */
  readonly type: number
  readonly format: 'text' | 'binary'
  /** Bytes; null for NULL. */
  readonly length: number | null
}

/** The planner's estimate for one statement of the text; without a cost it had none. */
export interface EstimateFacts {
  /** Place in the text, from 0. */
  readonly statement: number
  /** In the planner's own units. */
  readonly cost?: number | undefined
  readonly rows?: number | undefined
}

export interface StatementFacts {
  readonly kind: string
  readonly fingerprint: string
  readonly effects: readonly Effect[]
  readonly relations: readonly RelationFacts[]
}

export interface RelationFacts {
  readonly schema?: string | undefined
  readonly name: string
  readonly access: 'read' | 'write'
}

export interface RuleFacts {
  readonly rule: string
  readonly action: Action
  /** True for a rule in observe mode: it changed nothing. */
  readonly observed: boolean
}

/** One step of the approval chain. */
export interface ApprovalFacts {
  readonly approval: string
  readonly stage: string
  readonly by: string
  readonly decision: 'approved' | 'refused' | 'expired'
  /** RFC 3339, UTC. */
  readonly at: string
}

/**
 * What became of a statement. `limited`: a limit of the policy ended it, and the client was told so; `skipped`: never forwarded; `lost`: the
 * backend went away and nobody can tell.
 */
export type Outcome = 'completed' | 'failed' | 'suspended' | 'cancelled' | 'limited' | 'skipped' | 'lost'

/** What came back, recorded after the last byte of the reply. */
export interface StatementOutcome {
  readonly type: 'statement-outcome'
  readonly session: SessionFacts
  /** The verdict's `statement`. */
  readonly statement: string
  /** The sequence number of the verdict's record. */
  readonly verdict: number
  readonly outcome: Outcome
  readonly sqlState?: string | undefined
  readonly rows: number
  /** Bytes of the reply, as they went to the client. */
  readonly bytes: number
  readonly durationUs: DurationFacts
  readonly redactions: readonly RedactionFacts[]
  readonly injections: readonly InjectionFacts[]
  /** The limit that ended the statement; of a completed one, the limit that its rows were cut at. */
  readonly limit?: LimitFacts | undefined
}

/** Microseconds spent in each part, undefined where nobody measured. */
export interface DurationFacts {
  /** Waiting behind other statements, and for approval. */
  readonly queue?: number | undefined
  /** Parsing, deciding and recording. */
  readonly gate?: number | undefined
  readonly database?: number | undefined
  readonly masking?: number | undefined
}

export interface RedactionFacts {
  readonly schema?: string | undefined
  readonly table?: string | undefined
  readonly column: string
  readonly type: string
  readonly strategy: string
  /** Values that were changed. */
  readonly count: number
}

/** A limit that was reached: so many rows or bytes of one result, or milliseconds. */
export interface LimitFacts {
  readonly rule: string
  readonly kind: 'rows' | 'bytes' | 'time'
  readonly maximum: number
}

/** Text in a result that tries to instruct a model. */
export interface InjectionFacts {
  readonly column: string
  readonly detector: string
  readonly count: number
}

export interface AgentAttached {
  readonly type: 'agent-attach'
  readonly agent: string
  readonly source: string
  readonly version: string
  readonly connections: readonly string[]
}

export interface AgentDetached {
  readonly type: 'agent-detach'
  readonly agent: string
  readonly source: string
  readonly reason: string
}

export interface ConfigurationChange {
  readonly type: 'configuration-change'
  readonly result: 'applied' | 'refused'
  /** SHA-256 of the file, in hex: which configuration, not what it says. */
  readonly digest: string
  readonly source: 'start' | 'file' | 'signal' | 'api'
  readonly by?: Identity | undefined
  /** Names of what changed: `connections.shop-readonly`, `guardrails.limits`. */
  readonly changed: readonly string[]
}

/** The first record of a process. */
export interface LogOpened {
  readonly type: 'log-open'
  /** Version of this format. */
  readonly version: 1
  /** Id of the key that signs the checkpoints. */
  readonly key: string
}

/** The log could not be written for a while, or was found torn; now it goes on. Nothing ran unrecorded meanwhile: statements were refused. */
export interface LogRecovered {
  readonly type: 'log-recovered'
  readonly cause: 'torn' | 'write-failed' | 'sync-failed'
  /** The operating system's word: ENOSPC, EIO. */
  readonly systemCode?: string | undefined
  /** When it began; RFC 3339, UTC. */
  readonly since?: string | undefined
  /** Records that were never written, and whose askers were refused. */
  readonly refused: number
  /** Records of what had happened already, kept in memory and written after this one. */
  readonly kept: number
  /** The same, beyond what memory was allowed to keep: they are lost. */
  readonly lost: number
  /** Bytes of an incomplete record that were cut off, and the file that has them. */
  readonly tornBytes?: number | undefined
  readonly tornFile?: string | undefined
}

/** Signs everything up to and including itself. */
export interface Checkpoint {
  readonly type: 'checkpoint'
  readonly reason: 'open' | 'interval' | 'rotate' | 'recovered' | 'close'
  readonly key: string
  /** The first sequence number of the segment it stands in. */
  readonly segment: number
}
