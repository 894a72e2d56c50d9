// What is asked of the server's own catalogues, each for the relations or types with OIDs from `first` on. The session that asks has
// pg_catalog alone as its search_path, so names and operators are the server's.

/** OID, schema, name, pg_class.relkind, whether it is temporary. Indexes and TOAST tables are left out. */
export function relationsQuery(first: number): string {
  return `SELECT c.oid, n.nspname, c.relname, c.relkind, c.relpersistence = 't'
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.oid >= ${first} AND c.relkind IN (${KINDS})`
}

/** OID of the relation, and its columns as a JSON array of [number, name, OID of the type as text, type modifier] in their order. */
export function columnsQuery(first: number): string {
  return `SELECT a.attrelid, json_agg(json_build_array(a.attnum, a.attname, a.atttypid, a.atttypmod) ORDER BY a.attnum)
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.oid >= ${first} AND c.relkind IN (${KINDS}) AND a.attnum > 0 AND NOT a.attisdropped
    GROUP BY a.attrelid`
}

/** OIDs of a partition or child and of its parent. */
export function parentsQuery(first: number): string {
  return `SELECT inhrelid, inhparent FROM pg_inherits WHERE inhrelid >= ${first}`
}

/** OIDs of a relation with rules and of a relation that these mention. */
export function readsQuery(first: number): string {
  return `SELECT DISTINCT r.ev_class, d.refobjid
    FROM pg_rewrite r JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
    WHERE r.ev_class >= ${first} AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.ev_class`
}

/**
 * OID of a relation, a generated column of it, and one that this is computed from. Servers of before 12 have none; the dependency is that of the
 * column, or of the expression it has in place of a default.
 */
export function generatedQuery(first: number, serverVersion: number): string {
  if (serverVersion < 12) return 'SELECT 0, NULL, NULL WHERE false'
  return `SELECT a.attrelid, a.attname, b.attname
    FROM pg_attribute a
    JOIN pg_attrdef e ON e.adrelid = a.attrelid AND e.adnum = a.attnum
    JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = a.attrelid
      AND (d.classid = 'pg_attrdef'::regclass AND d.objid = e.oid
        OR d.classid = 'pg_class'::regclass AND d.objid = a.attrelid AND d.objsubid = a.attnum)
    JOIN pg_attribute b ON b.attrelid = a.attrelid AND b.attnum = d.refobjsubid
    WHERE a.attrelid >= ${first} AND a.attgenerated <> '' AND b.attnum <> a.attnum`
}

/**
 * OID of a relation with rules, and schema.name of a function from `firstFunction` on that these call. A rule depends on the operators it
 * uses, and those stand for their functions.
 */
export function functionsQuery(first: number, firstFunction: number): string {
  return `SELECT DISTINCT r.ev_class, n.nspname || '.' || p.proname
    FROM pg_rewrite r
    JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
    LEFT JOIN pg_operator o ON d.refclassid = 'pg_operator'::regclass AND o.oid = d.refobjid
    JOIN pg_proc p ON p.oid = CASE d.refclassid WHEN 'pg_proc'::regclass THEN d.refobjid ELSE o.oprcode::oid END
    JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE r.ev_class >= ${first} AND p.oid >= ${firstFunction}`
}

/** OID of an enum and one of its labels, in their order. */
export function labelsQuery(first: number): string {
  return `SELECT enumtypid, enumlabel FROM pg_enum WHERE enumtypid >= ${first} ORDER BY enumtypid, enumsortorder`
}

/** OID, schema, name, pg_type.typtype, and the OIDs of base type, element, relation and subtype, 0 for none. */
export function typesQuery(first: number, serverVersion: number): string {
  const multirange = serverVersion >= 14
  return `SELECT t.oid, n.nspname, t.typname, t.typtype, t.typbasetype,
      CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE 0 END, t.typrelid,
      coalesce(r.rngsubtype, ${multirange ? 'm.rngsubtype, ' : ''}0)
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
    LEFT JOIN pg_range r ON r.rngtypid = t.oid
    ${multirange ? 'LEFT JOIN pg_range m ON m.rngmultitypid = t.oid' : ''}
    WHERE t.oid >= ${first}`
}

const KINDS = `'r', 'p', 'v', 'm', 'f', 'S', 'c'`
