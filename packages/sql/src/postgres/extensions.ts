/**
 * Extensions whose functions and operators only compute, whatever names they share with the server's: a database that has them is read as one
 * without. The first list is proved by `scripts/extensions.mjs` on real servers; the others were read in their sources.
 */
export const HARMLESS_EXTENSIONS: readonly string[] =
  `btree_gin btree_gist citext cube dict_int dict_xsyn earthdistance fuzzystrmatch hstore intagg intarray isn ltree pg_trgm pgcrypto seg
  tablefunc unaccent uuid-ossp`.split(/\s+/)
