import type { Cursor } from './cursor.ts'
import { isName, nameOrString, path } from './names.ts'

/** One option of a table; false where none begins. Spec: create-table, "Table Options". */
export function tableOption(c: Cursor): boolean {
  if (c.is('DEFAULT') && (c.peek().keyword === 'COLLATE' || CHARACTERS.has(c.peek().keyword))) c.advance()
  if (c.is('CHARACTER') || c.is('CHAR')) {
    c.advance()
    c.expect('SET')
    return value(c)
  }
  if (c.is('DATA') || c.is('INDEX')) {
    if (c.peek().keyword !== 'DIRECTORY') return false
    c.advance()
    c.advance()
    return value(c)
  }
  if (c.accept('UNION')) {
    c.accept('=')
    c.expect('(')
    if (!c.is(')')) c.list(() => path(c))
    c.expect(')')
    return true
  }
  if (c.is('WITH') && c.isMaria && c.peek().keyword === 'SYSTEM') {
    c.expect('WITH', 'SYSTEM', 'VERSIONING')
    return true
  }
  if (c.accept('START')) {
    c.expect('TRANSACTION')
    return true
  }
  if (OPTIONS.has(c.token.keyword)) {
    const { keyword } = c.advance()
    if (keyword === 'TABLESPACE' && c.is('STORAGE')) return true
    return value(c)
  }
  if (!c.isMaria || !isName(c) || c.peek().keyword !== '=') return false
  c.advance()
  return value(c)
}

function value(c: Cursor): boolean {
  c.accept('=')
  const { type } = c.token
  if (type === 'integer' || type === 'decimal' || type === 'bytes' || c.is('DEFAULT') || c.is('BINARY') || c.is('NULL'))
    c.advance()
  else nameOrString(c)
  return true
}

const CHARACTERS: ReadonlySet<string> = new Set(['CHARACTER', 'CHARSET', 'CHAR'])
const OPTIONS: ReadonlySet<string> = new Set(
  `ENGINE TYPE AUTO_INCREMENT AVG_ROW_LENGTH AUTOEXTEND_SIZE CHARSET COLLATE CHECKSUM TABLE_CHECKSUM PAGE_CHECKSUM COMMENT COMPRESSION CONNECTION
  DELAY_KEY_WRITE ENCRYPTION ENGINE_ATTRIBUTE SECONDARY_ENGINE_ATTRIBUTE INSERT_METHOD KEY_BLOCK_SIZE MAX_ROWS MIN_ROWS PACK_KEYS
  PASSWORD ROW_FORMAT STATS_AUTO_RECALC STATS_PERSISTENT STATS_SAMPLE_PAGES TABLESPACE STORAGE TRANSACTIONAL
  SECONDARY_ENGINE SEQUENCE`.split(/\s+/),
)
