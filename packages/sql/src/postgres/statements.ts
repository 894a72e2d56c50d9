import type { Effect } from '@sallyport/core'
import type { Node } from 'libpg-query'
import type { Fields } from './ast.ts'
import { objectKind } from './objects.ts'

/** The node types of the grammar that are statements, or are named like one. */
export type StatementTag = Extract<
  Node extends infer Each ? (Each extends unknown ? keyof Each : never) : never,
  `${string}Stmt`
>

/** What is known of a statement by its node type alone; its parts add to that. */
export interface StatementRule {
  /** The kind, or how to find it: the server's command tag in kebab case. */
  readonly kind: string | ((body: Fields) => string)
  readonly effects: readonly Effect[]
  /** Whether the expressions and queries inside run now; `later` for views, function bodies and the like. */
  readonly runs: 'now' | 'later'
}

const rule = (kind: StatementRule['kind'], ...effects: readonly Effect[]): StatementRule => ({
  kind,
  effects,
  runs: 'now',
})
const later = (kind: StatementRule['kind'], ...effects: readonly Effect[]): StatementRule => ({
  kind,
  effects,
  runs: 'later',
})

/** Every statement of the grammar. The type makes it complete: a new version with another statement does not compile. */
export const STATEMENTS: Readonly<Record<StatementTag, StatementRule>> = {
  // Rows. Their handlers add what their parts do.
  SelectStmt: rule((body) => (body['intoClause'] === undefined ? 'select' : 'select-into'), 'read'),
  InsertStmt: rule('insert', 'write'),
  UpdateStmt: rule('update', 'write'),
  DeleteStmt: rule('delete', 'write'),
  MergeStmt: rule('merge', 'write'),
  TruncateStmt: rule('truncate', 'write', 'ddl'),
  CopyStmt: rule('copy'),
  ExplainStmt: rule('explain', 'read'),
  LockStmt: rule('lock'),

  // Code that the text does not show.
  DoStmt: rule('do', 'procedural', 'unknown'),
  CallStmt: rule('call', 'procedural', 'unknown'),

  // The session.
  PrepareStmt: rule('prepare', 'session'),
  ExecuteStmt: rule('execute', 'unknown'),
  DeallocateStmt: rule('deallocate', 'session'),
  DeclareCursorStmt: rule('declare', 'session'),
  FetchStmt: rule((body) => (body['ismove'] === true ? 'move' : 'fetch'), 'read', 'unknown'),
  ClosePortalStmt: rule('close', 'session'),
  VariableSetStmt: rule((body) => (String(body['kind']).startsWith('VAR_RESET') ? 'reset' : 'set'), 'session'),
  VariableShowStmt: rule('show', 'read'),
  DiscardStmt: rule('discard', 'session'),
  ListenStmt: rule('listen', 'session'),
  UnlistenStmt: rule('unlisten', 'session'),
  NotifyStmt: rule('notify', 'network'),
  LoadStmt: rule('load', 'admin', 'file', 'procedural'),
  TransactionStmt: rule(transactionKind, 'transaction'),
  ConstraintsSetStmt: rule('set-constraints', 'transaction'),

  // Definitions.
  CreateStmt: later('create-table', 'ddl'),
  CreateForeignTableStmt: later('create-foreign-table', 'ddl', 'network'),
  CreateTableAsStmt: rule(
    (body) => (body['objtype'] === 'OBJECT_MATVIEW' ? 'create-materialized-view' : 'create-table-as'),
    'ddl',
    'write',
  ),
  RefreshMatViewStmt: rule('refresh-materialized-view', 'ddl', 'write'),
  ViewStmt: later('create-view', 'ddl'),
  IndexStmt: rule('create-index', 'ddl'),
  CreateSchemaStmt: rule('create-schema', 'ddl'),
  CreateSeqStmt: rule('create-sequence', 'ddl'),
  AlterSeqStmt: rule('alter-sequence', 'ddl', 'write'),
  CreateStatsStmt: rule('create-statistics', 'ddl'),
  AlterStatsStmt: rule('alter-statistics', 'ddl'),
  CreateFunctionStmt: later((body) => (body['is_procedure'] === true ? 'create-procedure' : 'create-function'), 'ddl'),
  AlterFunctionStmt: rule((body) => `alter-${objectKind(body['objtype'])}`, 'ddl'),
  CreateTrigStmt: later('create-trigger', 'ddl'),
  CreateEventTrigStmt: later('create-event-trigger', 'ddl', 'admin'),
  AlterEventTrigStmt: rule('alter-event-trigger', 'ddl', 'admin'),
  RuleStmt: later('create-rule', 'ddl'),
  CreateDomainStmt: later('create-domain', 'ddl'),
  AlterDomainStmt: rule('alter-domain', 'ddl'),
  CompositeTypeStmt: rule('create-type', 'ddl'),
  CreateEnumStmt: rule('create-type', 'ddl'),
  CreateRangeStmt: rule('create-type', 'ddl'),
  AlterEnumStmt: rule('alter-type', 'ddl'),
  AlterTypeStmt: rule('alter-type', 'ddl'),
  DefineStmt: rule((body) => `create-${objectKind(body['kind'])}`, 'ddl'),
  CreateCastStmt: rule('create-cast', 'ddl'),
  CreateConversionStmt: rule('create-conversion', 'ddl'),
  CreateTransformStmt: rule('create-transform', 'ddl'),
  CreateOpClassStmt: rule('create-operator-class', 'ddl'),
  CreateOpFamilyStmt: rule('create-operator-family', 'ddl'),
  AlterOpFamilyStmt: rule('alter-operator-family', 'ddl'),
  AlterOperatorStmt: rule('alter-operator', 'ddl'),
  AlterCollationStmt: rule('alter-collation', 'ddl'),
  AlterTSDictionaryStmt: rule('alter-text-search-dictionary', 'ddl'),
  AlterTSConfigurationStmt: rule('alter-text-search-configuration', 'ddl'),
  CreateAmStmt: rule('create-access-method', 'ddl', 'admin'),
  CreatePLangStmt: rule('create-language', 'ddl', 'admin'),
  AlterTableStmt: rule((body) => `alter-${objectKind(body['objtype'])}`, 'ddl'),
  AlterTableMoveAllStmt: rule((body) => `alter-${objectKind(body['objtype'])}`, 'ddl', 'admin'),
  RenameStmt: rule((body) => `alter-${objectKind(renamedObject(body))}`, 'ddl'),
  AlterObjectDependsStmt: rule((body) => `alter-${objectKind(body['objectType'])}`, 'ddl'),
  AlterObjectSchemaStmt: rule((body) => `alter-${objectKind(body['objectType'])}`, 'ddl'),
  DropStmt: rule((body) => `drop-${objectKind(body['removeType'])}`, 'ddl'),
  CommentStmt: rule('comment', 'ddl'),
  CreateExtensionStmt: rule('create-extension', 'ddl', 'admin', 'procedural'),
  AlterExtensionStmt: rule('alter-extension', 'ddl', 'admin', 'procedural'),
  AlterExtensionContentsStmt: rule('alter-extension', 'ddl', 'admin'),

  // Maintenance.
  VacuumStmt: rule((body) => (body['is_vacuumcmd'] === true ? 'vacuum' : 'analyze'), 'ddl'),
  ClusterStmt: rule('cluster', 'ddl'),
  ReindexStmt: rule('reindex', 'ddl'),
  CheckPointStmt: rule('checkpoint', 'admin'),

  // Who may do what.
  GrantStmt: rule((body) => (body['is_grant'] === true ? 'grant' : 'revoke'), 'dcl'),
  GrantRoleStmt: rule((body) => (body['is_grant'] === true ? 'grant-role' : 'revoke-role'), 'dcl'),
  AlterDefaultPrivilegesStmt: rule('alter-default-privileges', 'dcl'),
  CreateRoleStmt: rule('create-role', 'dcl'),
  AlterRoleStmt: rule('alter-role', 'dcl'),
  AlterRoleSetStmt: rule('alter-role', 'dcl', 'admin'),
  DropRoleStmt: rule('drop-role', 'dcl'),
  AlterOwnerStmt: rule((body) => `alter-${objectKind(body['objectType'])}`, 'ddl', 'dcl'),
  DropOwnedStmt: rule('drop-owned', 'ddl', 'dcl'),
  ReassignOwnedStmt: rule('reassign-owned', 'ddl', 'dcl'),
  CreatePolicyStmt: later('create-policy', 'ddl', 'dcl'),
  AlterPolicyStmt: later('alter-policy', 'ddl', 'dcl'),
  SecLabelStmt: rule('security-label', 'dcl'),

  // Other systems.
  CreateFdwStmt: rule('create-foreign-data-wrapper', 'ddl', 'admin', 'network'),
  AlterFdwStmt: rule('alter-foreign-data-wrapper', 'ddl', 'admin', 'network'),
  CreateForeignServerStmt: rule('create-server', 'ddl', 'network'),
  AlterForeignServerStmt: rule('alter-server', 'ddl', 'network'),
  CreateUserMappingStmt: rule('create-user-mapping', 'ddl', 'dcl', 'network'),
  AlterUserMappingStmt: rule('alter-user-mapping', 'ddl', 'dcl', 'network'),
  DropUserMappingStmt: rule('drop-user-mapping', 'ddl', 'dcl', 'network'),
  ImportForeignSchemaStmt: rule('import-foreign-schema', 'ddl', 'network'),
  CreatePublicationStmt: rule('create-publication', 'ddl', 'admin'),
  AlterPublicationStmt: rule('alter-publication', 'ddl', 'admin'),
  CreateSubscriptionStmt: rule('create-subscription', 'ddl', 'admin', 'network'),
  AlterSubscriptionStmt: rule('alter-subscription', 'ddl', 'admin', 'network'),
  DropSubscriptionStmt: rule('drop-subscription', 'ddl', 'admin', 'network'),

  // The server.
  CreatedbStmt: rule('create-database', 'ddl', 'admin'),
  AlterDatabaseStmt: rule('alter-database', 'ddl', 'admin'),
  AlterDatabaseRefreshCollStmt: rule('alter-database', 'ddl', 'admin'),
  AlterDatabaseSetStmt: rule('alter-database', 'ddl', 'admin'),
  DropdbStmt: rule('drop-database', 'ddl', 'admin'),
  CreateTableSpaceStmt: rule('create-tablespace', 'ddl', 'admin', 'file'),
  DropTableSpaceStmt: rule('drop-tablespace', 'ddl', 'admin', 'file'),
  AlterTableSpaceOptionsStmt: rule('alter-tablespace', 'ddl', 'admin'),
  AlterSystemStmt: rule('alter-system', 'admin'),

  // Parts of other statements, or of what the server makes of them; none is a statement that can be sent.
  RawStmt: rule('unknown', 'unknown'),
  SetOperationStmt: rule('unknown', 'unknown'),
  ReturnStmt: later('unknown', 'unknown'),
  PLAssignStmt: rule('unknown', 'unknown'),
  ReplicaIdentityStmt: rule('unknown', 'ddl'),
}

/** Renaming a column is an ALTER of the relation that has it. */
function renamedObject(body: Fields): unknown {
  return body['renameType'] === 'OBJECT_COLUMN' ? body['relationType'] : body['renameType']
}

function transactionKind(body: Fields): string {
  return TRANSACTION_KINDS[String(body['kind'])] ?? 'unknown'
}

const TRANSACTION_KINDS: Readonly<Record<string, string>> = {
  TRANS_STMT_BEGIN: 'begin',
  TRANS_STMT_START: 'start-transaction',
  TRANS_STMT_COMMIT: 'commit',
  TRANS_STMT_ROLLBACK: 'rollback',
  TRANS_STMT_SAVEPOINT: 'savepoint',
  TRANS_STMT_RELEASE: 'release-savepoint',
  TRANS_STMT_ROLLBACK_TO: 'rollback-to-savepoint',
  TRANS_STMT_PREPARE: 'prepare-transaction',
  TRANS_STMT_COMMIT_PREPARED: 'commit-prepared',
  TRANS_STMT_ROLLBACK_PREPARED: 'rollback-prepared',
}
