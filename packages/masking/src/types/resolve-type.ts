import type { MaskingCatalog } from '../catalog.ts'

/** What a masked value must look like: a type that this package knows, or nothing it knows (then only NULL is valid). */
export interface ResolvedType {
  /** A name of the table of redacted values, `array`, or `unknown`. Domains are resolved to what they are over. */
  readonly form: string
  /** The name the audit log shows. */
  readonly name: string
  /** Arrays: OID of the element type, which their binary form repeats. Otherwise 0. */
  readonly element: number
}

/** Resolves a type OID; types that did not come with the server need the catalogue. */
export function resolveType(oid: number, catalog: MaskingCatalog | undefined): ResolvedType {
  const builtIn = BUILT_IN.get(oid)
  if (builtIn !== undefined) return builtIn
  let current = oid
  // Domains over domains end; the bound only keeps a malicious catalogue from looping.
  for (let depth = 0; depth < 32; depth += 1) {
    const type = catalog?.type(current)
    if (type === undefined) break
    if (type.kind === 'domain') {
      current = type.baseType
      const base = BUILT_IN.get(current)
      if (base !== undefined) return base
      continue
    }
    if (type.element !== 0) return { form: 'array', name: type.name, element: type.element }
    if (type.kind === 'range' || type.kind === 'multirange') return { form: type.kind, name: type.name, element: 0 }
    // citext is text with another comparison; its input and output, binary too, are those of text.
    if (type.kind === 'base' && type.name === 'citext') return { form: 'text', name: type.name, element: 0 }
    return { form: 'unknown', name: type.name, element: 0 }
  }
  return { form: 'unknown', name: String(oid), element: 0 }
}

/** Scalar types that came with the server. Source: pg_type.dat; these OIDs never change. */
const SCALARS: Readonly<Record<string, number>> = {
  bool: 16,
  bytea: 17,
  char: 18,
  name: 19,
  int8: 20,
  int2: 21,
  int4: 23,
  regproc: 24,
  text: 25,
  oid: 26,
  tid: 27,
  xid: 28,
  cid: 29,
  json: 114,
  xml: 142,
  point: 600,
  lseg: 601,
  path: 602,
  box: 603,
  polygon: 604,
  line: 628,
  cidr: 650,
  float4: 700,
  float8: 701,
  circle: 718,
  macaddr8: 774,
  money: 790,
  macaddr: 829,
  inet: 869,
  bpchar: 1042,
  varchar: 1043,
  date: 1082,
  time: 1083,
  timestamp: 1114,
  timestamptz: 1184,
  interval: 1186,
  timetz: 1266,
  bit: 1560,
  varbit: 1562,
  numeric: 1700,
  refcursor: 1790,
  regprocedure: 2202,
  regoper: 2203,
  regoperator: 2204,
  regclass: 2205,
  regtype: 2206,
  cstring: 2275,
  void: 2278,
  uuid: 2950,
  pg_lsn: 3220,
  tsvector: 3614,
  tsquery: 3615,
  regconfig: 3734,
  regdictionary: 3769,
  jsonb: 3802,
  regnamespace: 4089,
  regrole: 4096,
  regcollation: 4191,
  xid8: 5069,
}

/** Arrays that came with the server: array OID by element name. Source: pg_type.dat. */
const ARRAYS: Readonly<Record<string, number>> = {
  bool: 1000,
  bytea: 1001,
  char: 1002,
  name: 1003,
  int8: 1016,
  int2: 1005,
  int4: 1007,
  regproc: 1008,
  text: 1009,
  oid: 1028,
  tid: 1010,
  xid: 1011,
  cid: 1012,
  json: 199,
  xml: 143,
  point: 1017,
  lseg: 1018,
  path: 1019,
  box: 1020,
  polygon: 1027,
  line: 629,
  cidr: 651,
  float4: 1021,
  float8: 1022,
  circle: 719,
  macaddr8: 775,
  money: 791,
  macaddr: 1040,
  inet: 1041,
  bpchar: 1014,
  varchar: 1015,
  date: 1182,
  time: 1183,
  timestamp: 1115,
  timestamptz: 1185,
  interval: 1187,
  timetz: 1270,
  bit: 1561,
  varbit: 1563,
  numeric: 1231,
  refcursor: 2201,
  regprocedure: 2207,
  regoper: 2208,
  regoperator: 2209,
  regclass: 2210,
  regtype: 2211,
  cstring: 1263,
  uuid: 2951,
  pg_lsn: 3221,
  tsvector: 3643,
  tsquery: 3645,
  regconfig: 3735,
  regdictionary: 3770,
  jsonb: 3807,
  regnamespace: 4090,
  regrole: 4097,
  regcollation: 4192,
  xid8: 271,
}

/** Ranges and multiranges that came with the server. Source: pg_type.dat. */
const RANGES: Readonly<Record<string, readonly [range: number, multirange: number]>> = {
  int4: [3904, 4451],
  num: [3906, 4532],
  ts: [3908, 4533],
  tstz: [3910, 4534],
  date: [3912, 4535],
  int8: [3926, 4536],
}

const BUILT_IN: ReadonlyMap<number, ResolvedType> = new Map<number, ResolvedType>([
  ...Object.entries(SCALARS).map(([name, oid]) => [oid, { form: name, name, element: 0 }] as const),
  ...Object.entries(ARRAYS).map(
    ([name, oid]) => [oid, { form: 'array', name: `${name}[]`, element: SCALARS[name] ?? 0 }] as const,
  ),
  ...Object.entries(RANGES).flatMap(
    ([name, [range, multirange]]) =>
      [
        [range, { form: 'range', name: `${name}range`, element: 0 }],
        [multirange, { form: 'multirange', name: `${name}multirange`, element: 0 }],
      ] as const,
  ),
])
