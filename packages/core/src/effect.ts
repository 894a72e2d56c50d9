/**
 * What a statement does to the world. A statement has a set of them, and the set is never empty by ignorance: what could not be
 * told is `unknown`, and rules treat `unknown` as a match.
 */
export type Effect = (typeof EFFECTS)[number]

/** Every effect, from the mildest on. */
export const EFFECTS = [
  /** Reads rows of relations, or computes. */
  'read',
  /** Changes rows: INSERT, UPDATE, DELETE, MERGE, COPY FROM, nextval, locks rows for update. */
  'write',
  /** Creates, alters or drops objects, and what maintains them: TRUNCATE, REINDEX, VACUUM, REFRESH, COMMENT. */
  'ddl',
  /** Changes who may do what: GRANT, REVOKE, roles, policies, ownership. */
  'dcl',
  /** Changes settings or objects of the session: SET, PREPARE, DECLARE, LISTEN, DISCARD, advisory locks. */
  'session',
  /** BEGIN, COMMIT, ROLLBACK, SAVEPOINT and the like. */
  'transaction',
  /** Runs code that the text does not show: DO, CALL, anonymous blocks. */
  'procedural',
  /** Touches files of the database server or of the client's machine. */
  'file',
  /** Speaks to other systems: dblink, foreign servers, NOTIFY. */
  'network',
  /** Administers the server: ALTER SYSTEM, pg_terminate_backend, KILL, replication. */
  'admin',
  /** Could not be told. */
  'unknown',
] as const
