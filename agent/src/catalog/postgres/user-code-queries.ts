import { HARMLESS_EXTENSIONS, HARMLESS_VOLATILE_FUNCTIONS } from '@sallyport/sql'

// What is asked about the code of users. The session that asks has pg_catalog alone as its search_path.

/**
 * Functions of extensions that only compute: those that are not volatile, of extensions that can be taken at their word. Whoever installed a trusted
 * extension owns it and can add functions to it; those that came with it belong to a superuser, or are written in C, which takes one.
 */
const HARMLESS = `harmless AS MATERIALIZED (
    SELECT p.oid FROM pg_extension e
    JOIN pg_depend d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'e'
      AND d.classid = 'pg_proc'::regclass
    JOIN pg_proc p ON p.oid = d.objid
    JOIN pg_roles r ON r.oid = p.proowner
    WHERE e.extname IN (${HARMLESS_EXTENSIONS.map((name) => `'${name}'`).join(', ')})
      AND (p.provolatile <> 'v' OR p.proname IN (${HARMLESS_VOLATILE_FUNCTIONS.map((name) => `'${name}'`).join(', ')}))
      AND (r.rolsuper OR p.prolang IN (SELECT oid FROM pg_language WHERE lanname IN ('c', 'internal'))
        AND p.oid NOT IN (SELECT aggfnoid FROM pg_aggregate))
  )`

/** Functions, operators and types of temporary schemas are found by nobody but with that schema; apart from types. */
const LASTING = `n.nspname !~ '^pg_(toast_)?temp_'`

/**
 * Name of a function of users, whether one is in pg_catalog, whether one can be called with one argument, whether that can be a row. What only
 * triggers call is left out.
 */
export function userFunctionsQuery(first: number): string {
  return `WITH ${HARMLESS}
    SELECT f.proname, bool_or(f.system), bool_or(f.field), bool_or(f.field AND f.row)
    FROM (
      SELECT p.proname, n.nspname = 'pg_catalog' AS system,
        p.pronargs > 0 AND p.pronargs - p.pronargdefaults - (p.provariadic <> 0)::int <= 1 AS field,
        t.typtype IN ('c', 'p') OR b.typtype = 'c' AS row
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
      LEFT JOIN pg_type t ON t.oid = p.proargtypes[0]
      LEFT JOIN pg_type b ON b.oid = CASE WHEN p.provariadic <> 0 THEN t.typelem ELSE t.typbasetype END
      WHERE p.oid >= ${first} AND ${LASTING} AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
        AND p.oid NOT IN (SELECT oid FROM harmless)
    ) f
    GROUP BY f.proname`
}

/** Name of an operator of users, and whether one is in pg_catalog. One that stands for a function of the server's that is not volatile only computes. */
export function userOperatorsQuery(first: number): string {
  return `WITH ${HARMLESS}
    SELECT o.oprname, bool_or(n.nspname = 'pg_catalog')
    FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace JOIN pg_proc p ON p.oid = o.oprcode
    WHERE o.oid >= ${first} AND ${LASTING}
      AND p.oid NOT IN (SELECT oid FROM harmless) AND (p.oid >= ${first} OR p.provolatile = 'v')
    GROUP BY o.oprname`
}

/** OID of a domain with a check, the check as SQL, and the functions of users in it as a JSON array of `schema.name`. */
export function domainChecksQuery(first: number): string {
  return `WITH ${HARMLESS}
    SELECT c.contypid, pg_get_constraintdef(c.oid), coalesce((
      SELECT json_agg(DISTINCT n.nspname || '.' || p.proname)
      FROM pg_depend d
      LEFT JOIN pg_operator o ON d.refclassid = 'pg_operator'::regclass AND o.oid = d.refobjid
      JOIN pg_proc p ON p.oid = CASE d.refclassid WHEN 'pg_proc'::regclass THEN d.refobjid ELSE o.oprcode::oid END
      JOIN pg_namespace n ON n.oid = p.pronamespace
      WHERE d.classid = 'pg_constraint'::regclass AND d.objid = c.oid AND p.oid >= ${first}
        AND p.oid NOT IN (SELECT oid FROM harmless)
    ), '[]')
    FROM pg_constraint c WHERE c.contypid <> 0 AND c.oid >= ${first}`
}

/** OIDs of a cast's types, and schema and name of its function, of casts that users defined. */
export function userCastsQuery(first: number): string {
  return `WITH ${HARMLESS}
    SELECT c.castsource, c.casttarget, n.nspname, p.proname
    FROM pg_cast c JOIN pg_proc p ON p.oid = c.castfunc JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE c.oid >= ${first} AND p.oid NOT IN (SELECT oid FROM harmless)`
}

/** For each of these types: its OID, the name of a type that contains it or is it, and whether that is the type of a relation's rows. */
export function containersQuery(types: readonly number[], serverVersion: number): string {
  const multirange = serverVersion >= 14 ? 'UNION ALL SELECT rngmultitypid, rngtypid FROM pg_range' : ''
  return `WITH RECURSIVE parts(whole, part) AS MATERIALIZED (
      SELECT oid, typbasetype FROM pg_type WHERE typtype = 'd'
      UNION ALL SELECT oid, typelem FROM pg_type WHERE typelem <> 0 AND typlen = -1
      UNION ALL SELECT rngtypid, rngsubtype FROM pg_range ${multirange}
      UNION ALL SELECT c.reltype, a.atttypid FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.reltype <> 0 AND a.attnum > 0 AND NOT a.attisdropped
    ), used(seed, type) AS (
      SELECT s, s FROM unnest(ARRAY[${types.join(', ')}]::oid[]) s
      UNION SELECT u.seed, p.whole FROM used u JOIN parts p ON p.part = u.type
    )
    SELECT u.seed, t.typname, c.oid IS NOT NULL
    FROM used u JOIN pg_type t ON t.oid = u.type
    LEFT JOIN pg_class c ON c.oid = t.typrelid AND c.relkind <> 'c'`
}
