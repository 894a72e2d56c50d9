import { nodeOf } from './ast.ts'

/**
 * A name for statements that differ only in literals, parameters, spelling and comments: 16 hexadecimal digits over the parse tree.
 * Lists of literals count as one literal, whatever their length. It is a name for people and statistics, not a cryptographic hash:
 * whoever allows a statement by its fingerprint must look at the statement too.
 */
export function fingerprintOf(statement: unknown): string {
  const state = { high: 0xde_ad_be_ef, low: 0x41_c6_ce_57 }
  mixValue(state, statement)
  return hex(finish(state.high, state.low)) + hex(finish(state.low, state.high))
}

interface State {
  high: number
  low: number
}

function mixValue(state: State, value: unknown): void {
  if (typeof value === 'string') mixText(state, value)
  else if (typeof value === 'number') mixNumber(state, value)
  else if (typeof value === 'boolean') mixNumber(state, value ? TRUE : FALSE)
  else if (Array.isArray(value)) mixList(state, value)
  else if (typeof value === 'object' && value !== null) mixFields(state, value as Readonly<Record<string, unknown>>)
}

function mixFields(state: State, fields: Readonly<Record<string, unknown>>): void {
  for (const field in fields) {
    const value = fields[field]
    if (typeof value === 'number' && POSITIONS.has(field)) continue
    if (field === 'A_Const' || field === 'ParamRef') {
      mixNumber(state, LITERAL)
      continue
    }
    mixText(state, field)
    mixValue(state, value)
  }
  mixNumber(state, CLOSE)
}

function mixList(state: State, list: readonly unknown[]): void {
  const literals = list.length > 1 && list.every((item) => isLiteral(item))
  const items = literals ? list.slice(0, 1) : list
  for (const item of items) mixValue(state, item)
  mixNumber(state, CLOSE)
}

function isLiteral(value: unknown): boolean {
  const node = nodeOf(value)
  if (node?.tag === 'List')
    return ((node.body['items'] as readonly unknown[] | undefined) ?? []).every((item) => isLiteral(item))
  return node?.tag === 'A_Const' || node?.tag === 'ParamRef'
}

function mixText(state: State, text: string): void {
  let hash = text.length
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), FNV_PRIME)
  mixNumber(state, hash)
}

function mixNumber(state: State, value: number): void {
  state.high = Math.imul(state.high ^ value, 2_654_435_761)
  state.low = Math.imul(state.low ^ value, 1_597_334_677)
}

function finish(one: number, other: number): number {
  const mixed = Math.imul(one ^ (one >>> 16), 2_246_822_507) ^ Math.imul(other ^ (other >>> 13), 3_266_489_909)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

function hex(value: number): string {
  return (
    (HEX[value >>> 24] ?? '') +
    (HEX[(value >>> 16) & 0xff] ?? '') +
    (HEX[(value >>> 8) & 0xff] ?? '') +
    (HEX[value & 0xff] ?? '')
  )
}

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
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
