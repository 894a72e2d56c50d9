import { MaskingError } from './errors.ts'
import { hashMask, type Hmac } from './hash-mask.ts'
import type { OutputBuffer } from './output-buffer.ts'
import { partialMask } from './partial-mask.ts'
import type { Strategy, StrategyName } from './rules.ts'
import { redactedValue } from './types/redacted.ts'
import type { ResolvedType } from './types/resolve-type.ts'

/** What happens to one cell of every row: it becomes NULL, a constant, or something computed from its bytes. NULL always stays NULL. */
export type CellMask =
  | { readonly kind: 'null'; readonly strategy: StrategyName }
  | { readonly kind: 'constant'; readonly strategy: StrategyName; readonly bytes: Uint8Array }
  | { readonly kind: 'computed'; readonly strategy: StrategyName; readonly write: CellWriter }

/** Appends the masked form of the value `source[start, end)`. */
export type CellWriter = (source: Uint8Array, start: number, end: number, out: OutputBuffer) => void

/** The type and format that a masked value must be valid for. */
export interface CellType {
  readonly type: ResolvedType
  /** As RowDescription gives it; -1 when there is none. */
  readonly typeModifier: number
  readonly format: 'text' | 'binary'
}

/** NULL for every value: what is valid for any type. */
export const NULL_MASK: CellMask = { kind: 'null', strategy: 'null' }

/** Fits a strategy to a type. Throws MaskingError `no-hash-key`. */
export function cellMask(strategy: Strategy, cell: CellType, hmac: Hmac | undefined): CellMask {
  if (strategy.strategy === 'null') return NULL_MASK
  if (strategy.strategy === 'partial') {
    const write = partialMask(strategy, cell)
    if (write !== undefined) return { kind: 'computed', strategy: 'partial', write }
  }
  return strategy.strategy === 'hash' ? keyedMask(cell, hmac) : redactMask(cell)
}

function keyedMask(cell: CellType, hmac: Hmac | undefined): CellMask {
  if (hmac === undefined) throw new MaskingError('no-hash-key', 'a rule asks for hash and the agent has no hash key')
  const write = hashMask(hmac, cell)
  return write === undefined ? redactMask(cell) : { kind: 'computed', strategy: 'hash', write }
}

function redactMask(cell: CellType): CellMask {
  const bytes = redactedValue(cell.type, cell.typeModifier, cell.format)
  return bytes === undefined ? NULL_MASK : { kind: 'constant', strategy: 'redact', bytes }
}
