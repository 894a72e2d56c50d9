import type { Cursor } from './cursor.ts'
import { nameOrString, integer, string } from './names.ts'

/** The type behind AS in CAST. Spec: cast-functions. */
export function castType(c: Cursor): void {
  if (c.accept('SIGNED') || c.accept('UNSIGNED')) {
    if (!c.accept('INTEGER')) c.accept('INT')
  } else {
    if (!CAST_TYPES.has(c.token.keyword)) throw c.refuse()
    const { keyword } = c.advance()
    if (keyword === 'DOUBLE') c.accept('PRECISION')
    if (keyword === 'NATIONAL') c.expect('CHAR')
    if (c.isMaria && keyword === 'INTERVAL') c.expect('DAY_SECOND')
    precision(c)
    characters(c)
  }
  if (!c.isMaria) c.accept('ARRAY')
}

/** The type of a column, a parameter or a variable. Spec: data-types. */
export function dataType(c: Cursor): void {
  const { keyword } = c.token
  if (!COLUMN_TYPES.has(keyword)) throw c.refuse()
  c.advance()
  if (keyword === 'DOUBLE') c.accept('PRECISION')
  if (keyword === 'CHARACTER' || keyword === 'CHAR' || keyword === 'NCHAR') {
    if (!c.accept('VARYING')) c.accept('VARCHAR')
  }
  if (keyword === 'NATIONAL') {
    if (!c.accept('CHAR') && !c.accept('CHARACTER')) c.expect('VARCHAR')
    c.accept('VARYING')
  }
  if (keyword === 'LONG') {
    if (!c.accept('VARBINARY') && !c.accept('VARCHAR')) c.accept('CHAR', 'VARYING')
  }
  if (keyword === 'ENUM' || keyword === 'SET')
    c.parenthesised(() => (c.token.type === 'bytes' ? c.advance().text : string(c)))
  else precision(c)
  while (c.acceptOneOf(NUMERIC) !== undefined);
  characters(c)
}

/** `(10)`, `(10, 2)`. */
function precision(c: Cursor): void {
  if (!c.accept('(')) return
  c.list(() => integer(c))
  c.expect(')')
}

function characters(c: Cursor): void {
  for (;;) {
    if (c.accept('CHARACTER', 'SET') || c.accept('CHARSET') || c.accept('CHAR', 'SET')) {
      if (!c.accept('BINARY') && !c.accept('DEFAULT')) nameOrString(c)
    } else if (c.accept('COLLATE')) {
      if (!c.accept('BINARY') && !c.accept('DEFAULT')) nameOrString(c)
    } else if (!(c.isMaria && c.accept('COMPRESSED')) && c.acceptOneOf(CHARACTERS) === undefined) return
  }
}

const CAST_TYPES: ReadonlySet<string> = new Set(
  `BINARY CHAR CHARACTER NATIONAL NCHAR DATE TIME DATETIME TIMESTAMP DECIMAL DEC DOUBLE FLOAT REAL JSON YEAR POINT LINESTRING POLYGON MULTIPOINT MULTILINESTRING
  MULTIPOLYGON GEOMETRYCOLLECTION INTEGER INT VARCHAR INTERVAL UUID INET6 INET4 NUMERIC FIXED VECTOR`.split(/\s+/),
)
const COLUMN_TYPES: ReadonlySet<string> = new Set(
  `BIT BOOL BOOLEAN TINYINT SMALLINT MEDIUMINT INT INTEGER BIGINT INT1 INT2 INT3 INT4 INT8 MIDDLEINT DECIMAL DEC NUMERIC FIXED NUMBER FLOAT FLOAT4
  FLOAT8 DOUBLE REAL DATE TIME DATETIME TIMESTAMP YEAR CHAR CHARACTER NCHAR NATIONAL VARCHAR VARCHARACTER NVARCHAR VARCHAR2
  BINARY VARBINARY TINYBLOB BLOB MEDIUMBLOB LONGBLOB TINYTEXT TEXT MEDIUMTEXT LONGTEXT LONG ENUM SET JSON SERIAL GEOMETRY
  POINT LINESTRING POLYGON MULTIPOINT MULTILINESTRING MULTIPOLYGON GEOMETRYCOLLECTION GEOMCOLLECTION UUID INET4 INET6 RAW CLOB
  VECTOR`.split(/\s+/),
)
const NUMERIC: ReadonlySet<string> = new Set(['SIGNED', 'UNSIGNED', 'ZEROFILL'])
const CHARACTERS: ReadonlySet<string> = new Set(['BINARY', 'ASCII', 'UNICODE', 'BYTE'])
