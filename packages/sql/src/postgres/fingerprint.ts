import { type Digest, digestText, mixNumber, startDigest } from '../digest.ts'
import { nodeOf } from './ast.ts'

/**
 * A name for statements that differ only in literals, parameters, spelling and comments: 16 hexadecimal digits over the parse tree.
 * Lists of literals count as one literal, whatever their length. It is a name for people and statistics, not a cryptographic hash:
 * whoever allows a statement by its fingerprint must look at the statement too.
 */
export function fingerprintOf(statement: unknown): string {
  const digest = startDigest()
  mixValue(digest, statement)
  return digestText(digest)
}

function mixValue(digest: Digest, value: unknown): void {
  if (typeof value === 'string') mixText(digest, value)
  else if (typeof value === 'number') mixNumber(digest, value)
  else if (typeof value === 'boolean') mixNumber(digest, value ? TRUE : FALSE)
  else if (Array.isArray(value)) mixList(digest, value)
  else if (typeof value === 'object' && value !== null) mixFields(digest, value as Readonly<Record<string, unknown>>)
}

function mixFields(digest: Digest, fields: Readonly<Record<string, unknown>>): void {
  for (const field in fields) {
    const value = fields[field]
    if (typeof value === 'number' && POSITIONS.has(field)) continue
    if (field === 'A_Const' || field === 'ParamRef') {
      mixNumber(digest, LITERAL)
      continue
    }
    mixText(digest, field)
    mixValue(digest, value)
  }
  mixNumber(digest, CLOSE)
}

function mixList(digest: Digest, list: readonly unknown[]): void {
  const literals = list.length > 1 && list.every((item) => isLiteral(item))
  const items = literals ? list.slice(0, 1) : list
  for (const item of items) mixValue(digest, item)
  mixNumber(digest, CLOSE)
}

function isLiteral(value: unknown): boolean {
  const node = nodeOf(value)
  if (node?.tag === 'List')
    return ((node.body['items'] as readonly unknown[] | undefined) ?? []).every((item) => isLiteral(item))
  return node?.tag === 'A_Const' || node?.tag === 'ParamRef'
}

function mixText(digest: Digest, text: string): void {
  let hash = text.length
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), FNV_PRIME)
  mixNumber(digest, hash)
}

const FNV_PRIME = 16_777_619
const LITERAL = 0x1_00_00
const TRUE = 0x1_00_02
const FALSE = 0x1_00_03
const CLOSE = 0x1_00_01
/** Fields that say where something stood, not what it is. */
const POSITIONS: ReadonlySet<string> = new Set([
  'location',
  'stmt_location',
  'stmt_len',
  'rexpr_list_start',
  'rexpr_list_end',
  'list_start',
  'list_end',
  'name_location',
])
