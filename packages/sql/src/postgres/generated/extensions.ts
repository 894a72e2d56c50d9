// Written by scripts/extensions.mjs from PostgreSQL 15.18 and 18.4; do not edit.

/** Extensions that share names with the server, none of which does more than read. */
export const CONTRIB_EXTENSIONS: readonly string[] = [
  'btree_gist',
  'citext',
  'cube',
  'earthdistance',
  'hstore',
  'intarray',
  'isn',
  'ltree',
  'pg_trgm',
  'pgcrypto',
  'seg',
]

/** Functions among them that are volatile because their answer changes between two calls. */
export const CONTRIB_VOLATILE_FUNCTIONS: readonly string[] = ['gen_random_uuid']
