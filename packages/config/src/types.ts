import type { Action, ClientKind, Dialect, Effect, Identity } from '@sallyport/core'
import type { MaskingRules } from '@sallyport/masking'
import type { PolicyConfig } from '@sallyport/policy'
import type { Secret } from './secret.ts'

/** A gateway's whole configuration: checked, complete, and with its secrets read. */
export interface GatewayConfig {
  /** The gateway's name in the audit log. */
  readonly name: string
  readonly listen: {
    readonly postgres: Address | undefined
    readonly mysql: Address | undefined
    readonly http: Address | undefined
    readonly tunnel: Address
  }
  /** What clients are served with; undefined only when every listener is on loopback. */
  readonly tls: ServerTls | undefined
  /** What agents are served with: `tunnel_tls`, or `tls` where that is not given. */
  readonly tunnelTls: TunnelTls | undefined
  readonly tokens: readonly TokenConfig[]
  readonly agents: readonly KnownAgentConfig[]
  readonly connections: readonly GatewayConnection[]
  /** Access and guardrails, ready for `compilePolicy`. */
  readonly policy: PolicyConfig
  readonly mysql: MysqlConfig
  readonly audit: AuditConfig
  readonly limits: GatewayLimits
  readonly log: LogConfig
}

/** An agent's whole configuration: checked, complete, and with its secrets read. */
export interface AgentConfig {
  /** Must be one of the gateway's `agents`. */
  readonly name: string
  readonly gateway: {
    /** `host:port`, at least one; each is dialled. */
    readonly addresses: readonly string[]
    /** Undefined when a client certificate proves who the agent is. */
    readonly token: Secret | undefined
    /** Undefined only when every address is on loopback. */
    readonly tls: ClientTls | undefined
  }
  readonly http: Address | undefined
  readonly masking: {
    /** The key of the strategy `hash`; it never leaves the agent. */
    readonly hashKey: Secret | undefined
  }
  readonly connections: readonly AgentConnection[]
  readonly limits: AgentLimits
  readonly log: LogConfig
}

/** Both sides in one process. */
export interface DevConfig {
  readonly gateway: GatewayConfig
  readonly agent: AgentConfig
}

export interface Address {
  /** A name or an address, IPv6 without brackets. */
  readonly host: string
  /** 0 lets the system choose, where something listens. */
  readonly port: number
}

/** PEM texts. */
export interface ServerTls {
  readonly cert: string
  readonly key: Secret
}

export interface TunnelTls extends ServerTls {
  /** Certificates that sign the agents' own; PEM. */
  readonly clientCa: string | undefined
}

/** PEM texts. */
export interface ClientTls {
  /** Certificates to trust instead of the system's. */
  readonly ca: string | undefined
  /** The client's own certificate, with its key. */
  readonly own: ServerTls | undefined
  /** The name that the server's certificate must carry, when it is not the host. */
  readonly serverName: string | undefined
}

/** A token that stands for an identity; loopback only. */
export interface TokenConfig {
  readonly token: Secret
  readonly identity: Identity
}

export interface KnownAgentConfig {
  readonly name: string
  readonly token: Secret | undefined
  /** Common name of the client certificate. */
  readonly certificateSubject: string | undefined
}

export interface GatewayConnection {
  readonly name: string
  /** `mysql` is MariaDB, too. */
  readonly engine: 'postgres' | 'mysql'
  /** Name of the agent that serves it. */
  readonly agent: string
  readonly masking: MaskingRules
  /** Functions beyond the built-in ones, by `schema.name` or `name`, and what a call does. */
  readonly functions: ReadonlyMap<string, readonly Effect[]>
  /** PostgreSQL: whether the protocol's FunctionCall message is let pass at all. */
  readonly allowFunctionCall: boolean
  /** MySQL: whether LOAD DATA LOCAL may take a file from the client. */
  readonly allowLocalInfile: boolean
}

/** What MySQL clients are told before anybody knows which server they will get. */
export interface MysqlConfig {
  /** The version in the greeting as long as no agent has told that of a server. */
  readonly serverVersion: string
}

export interface AuditConfig {
  /** Absolute path of the directory that holds the log. */
  readonly dir: string
  /** Absolute path of the Ed25519 key that signs checkpoints. */
  readonly signingKeyFile: string
  readonly rotateBytes: number
  readonly checkpointIntervalMs: number
  readonly pendingBytes: number
}

/** Every limit of a gateway. */
export interface GatewayLimits {
  /** One message of a client. */
  readonly messageBytes: number
  /** The text of one statement. */
  readonly statementBytes: number
  /** Client sessions at once. */
  readonly sessions: number
  /** Client sessions of one subject at once. */
  readonly sessionsPerUser: number
  /** Connections at once whose user is not known yet; beyond it the oldest gives way. */
  readonly logins: number
  /** Statements sent ahead of their answers in one session. */
  readonly pipelinedStatements: number
  /** What may wait in one session, for each direction. */
  readonly bufferBytes: number
  /** A session without traffic is ended; 0 is never. */
  readonly idleTimeoutMs: number
  /** From the first byte to a session that is ready. */
  readonly loginTimeoutMs: number
  /** How long sessions may go on once the gateway is told to stop. */
  readonly drainTimeoutMs: number
  /** How long a statement that a limit has cancelled may take to end, before its session is ended. */
  readonly cancelGraceMs: number
  /** How long a database's planner may take over one statement that a rule on the cost concerns. */
  readonly estimateTimeoutMs: number
}

export interface AgentConnection {
  readonly name: string
  readonly engine: 'postgres' | 'mysql'
  readonly target: Target
  readonly credentials: Credentials
  readonly floor: Floor
  /** Functions beyond the built-in ones, by `schema.name` or `name`, and what a call does. */
  readonly functions: ReadonlyMap<string, readonly Effect[]>
}

/** Where a database is. */
export interface Target {
  readonly host: string
  readonly port: number
  /** '' is none, which only MySQL can have. */
  readonly database: string
  readonly tls: 'disable' | 'require' | 'verify-ca' | 'verify-full'
  /** PEM; undefined is the system's. */
  readonly ca: string | undefined
  /** The agent's own certificate, with its key. */
  readonly own: ServerTls | undefined
}

/** Where the database's credentials come from; they are fetched when a session opens, never kept here. Paths are absolute. */
export type Credentials =
  | { readonly source: 'env'; readonly user: string; readonly password: string | undefined }
  | { readonly source: 'file'; readonly json: string }
  | {
      readonly source: 'files'
      readonly user: { readonly file: string } | { readonly name: string }
      readonly password: string | undefined
    }
  | { readonly source: 'exec'; readonly command: readonly [string, ...string[]]; readonly timeoutMs: number }

/** What no gateway can relax. */
export interface Floor {
  readonly readOnly: boolean
  /** 0 is none. */
  readonly statementTimeoutMs: number
  readonly masking: MaskingRules
}

/** Every limit of an agent. */
export interface AgentLimits {
  /** One row of which something is masked. */
  readonly maskedRowBytes: number
  /** One message of a client. */
  readonly messageBytes: number
  /** The text of one statement. */
  readonly statementBytes: number
  /** Sessions at once. */
  readonly sessions: number
  /** What may wait in one session, for each direction. */
  readonly bufferBytes: number
  /** Connection to the database, TLS and log-in included. */
  readonly connectTimeoutMs: number
  /** Until the credentials are there. */
  readonly credentialsTimeoutMs: number
  /** How old the agent's knowledge of the database's tables may be. */
  readonly catalogTtlMs: number
  /** How long sessions may go on once the agent is told to stop. */
  readonly drainTimeoutMs: number
}

export interface LogConfig {
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error'
}

/** What verdicts of a gateway depend on, read without its secrets. */
export interface PolicyFile {
  /** Access and guardrails, ready for `compilePolicy`. */
  readonly policy: PolicyConfig
  readonly connections: readonly PolicyConnection[]
  /** The identities that fixed tokens stand for. */
  readonly identities: readonly Identity[]
}

export interface PolicyConnection {
  readonly name: string
  readonly dialect: Dialect
  /** The engine as the file has it: `postgres`, `mysql`, `mariadb`. */
  readonly engine: string
  /** Functions beyond the built-in ones, by `schema.name` or `name`, and what a call does. */
  readonly functions: ReadonlyMap<string, readonly Effect[]>
}

/** Cases of a policy: what it must say to whom about what. */
export interface PolicyCases {
  /** The file of the policy, relative to the cases; undefined: `NAME.yaml` beside `NAME.cases.yaml`. */
  readonly policy: string | undefined
  readonly cases: readonly PolicyCase[]
}

export interface PolicyCase {
  /** Line of the file, from 1. */
  readonly line: number
  readonly name: string | undefined
  readonly asking: PolicyAsking
  readonly sql: string
  readonly expected: PolicyExpectation
}

/** Who asks, where and when. */
export interface PolicyAsking {
  readonly user: string
  /** Undefined: those of the file's token for the user, or none. */
  readonly groups: readonly string[] | undefined
  /** Undefined: that of the file's token for the user, or human. */
  readonly kind: ClientKind | undefined
  readonly connection: string
  /** Undefined is now. */
  readonly at: Date | undefined
  /** What the planner would say to each statement; undefined when nobody asks it. */
  readonly cost: number | undefined
  /** The version that the server calls itself, for MySQL and MariaDB. */
  readonly server: string | undefined
  /** The current database, for MySQL and MariaDB. */
  readonly database: string | undefined
}

export interface PolicyExpectation {
  readonly action: Action
  /** Ids of the rules that decide, in any order; undefined: whichever. */
  readonly rules: readonly string[] | undefined
  /** Ids of the rules in observe mode that match, in any order; undefined: whichever. */
  readonly observed: readonly string[] | undefined
}
