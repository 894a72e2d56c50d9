import type { StatementNode } from './ast.ts'
import {
  administrative,
  callProcedure,
  diagnostics,
  doStatement,
  handler,
  help,
  kill,
  maintenance,
  use,
} from './administration.ts'
import { deletion, insert, update, type With } from './changes.ts'
import type { Cursor } from './cursor.ts'
import { alter, create, drop, rename, truncate } from './definitions.ts'
import { deallocate, execute, prepare } from './dynamic.ts'
import { explain, isTableMaintenance } from './explains.ts'
import { load } from './loads.ts'
import { programStatement } from './programs.ts'
import { query, queryBehindWith, withClause } from './queries.ts'
import { grant } from './rights.ts'
import { set } from './sets.ts'
import { show } from './shows.ts'
import { begin, commit, lockTables, savepoint, startTransaction, unlock, xa } from './transactions.ts'

/** One statement, up to its end. Spec: sql-statements. */
export function statement(c: Cursor): StatementNode {
  if (c.is('(')) return query(c)
  const { keyword } = c.token
  const rule = RULES[keyword]
  if (rule !== undefined) return rule(c)
  const known = administrative(c)
  if (known === undefined) throw c.refuse()
  return known
}

const ALONE: With = { ctes: [], recursive: false }

/** WITH may stand before a query and, in MySQL, before UPDATE and DELETE. */
function withStatement(c: Cursor): StatementNode {
  const ahead = withClause(c)
  if (!c.isMaria && c.is('UPDATE')) return update(c, ahead)
  if (!c.isMaria && c.is('DELETE')) return deletion(c, ahead)
  return queryBehindWith(c, ahead.ctes, ahead.recursive)
}

function startStatement(c: Cursor): StatementNode {
  if (c.peek().keyword === 'TRANSACTION') return startTransaction(c)
  return administrative(c) ?? refuse(c)
}

function beginStatement(c: Cursor): StatementNode {
  const block = c.inProgram || (c.isMaria && c.peek().keyword === 'NOT') || (c.reading.oracle && !c.atEndBehind)
  return block ? anonymous(c) : begin(c)
}

/** Code without a name: MariaDB runs blocks, branches and loops as statements. */
function anonymous(c: Cursor): StatementNode {
  if (c.inProgram || !c.isMaria) throw c.refuse()
  const block = programStatement(c)
  const inner = [block]
  return {
    type: 'utility',
    kind: 'begin-not-atomic',
    effects: ['procedural'],
    relations: [],
    expressions: [],
    inner,
    runs: 'now',
    calls: undefined,
    settings: [],
    session: undefined,
  }
}

function setStatement(c: Cursor): StatementNode {
  const first = set(c)
  // SET STATEMENT … FOR: the statement itself follows.
  return first.kind === 'set-statement' ? { ...first, inner: [statement(c)] } : first
}

function loadStatement(c: Cursor): StatementNode {
  return c.peek().keyword === 'INDEX' ? (administrative(c) ?? refuse(c)) : load(c)
}

function dropStatement(c: Cursor): StatementNode {
  return c.peek().keyword === 'PREPARE' ? deallocate(c) : drop(c)
}

function analyzeStatement(c: Cursor): StatementNode {
  return isTableMaintenance(c) ? maintenance(c) : explain(c)
}

function refuse(c: Cursor): never {
  throw c.refuse()
}

type Rule = (c: Cursor) => StatementNode

const alone =
  (rule: (c: Cursor, ahead: With) => StatementNode): Rule =>
  (c) =>
    rule(c, ALONE)

const RULES: Readonly<Record<string, Rule | undefined>> = Object.assign(Object.create(null) as object, {
  SELECT: query,
  TABLE: query,
  VALUES: query,
  WITH: withStatement,
  INSERT: alone(insert),
  REPLACE: alone(insert),
  UPDATE: alone(update),
  DELETE: alone(deletion),
  LOAD: loadStatement,
  SET: setStatement,
  SHOW: show,
  EXPLAIN: explain,
  DESCRIBE: explain,
  DESC: explain,
  ANALYZE: analyzeStatement,
  CHECK: maintenance,
  OPTIMIZE: maintenance,
  REPAIR: maintenance,
  CHECKSUM: maintenance,
  PREPARE: prepare,
  EXECUTE: execute,
  DEALLOCATE: deallocate,
  USE: use,
  START: startStatement,
  BEGIN: beginStatement,
  COMMIT: commit,
  ROLLBACK: commit,
  SAVEPOINT: savepoint,
  RELEASE: savepoint,
  XA: xa,
  LOCK: lockTables,
  UNLOCK: unlock,
  GRANT: grant,
  REVOKE: grant,
  KILL: kill,
  HELP: help,
  HANDLER: handler,
  CALL: callProcedure,
  DO: doStatement,
  SIGNAL: diagnostics,
  RESIGNAL: diagnostics,
  GET: diagnostics,
  CREATE: create,
  ALTER: alter,
  DROP: dropStatement,
  RENAME: rename,
  TRUNCATE: truncate,
  IF: anonymous,
  CASE: anonymous,
  LOOP: anonymous,
  WHILE: anonymous,
  REPEAT: anonymous,
  FOR: anonymous,
} satisfies Record<string, Rule>)
