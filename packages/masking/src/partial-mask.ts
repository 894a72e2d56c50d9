import { characters, skipCharacters } from './ascii.ts'
import type { CellType, CellWriter } from './cell-mask.ts'
import type { OutputBuffer } from './output-buffer.ts'
import type { PartialStrategy } from './rules.ts'

/**
 * The writer for `partial` over a character type; undefined for any other type, where a part of a value means nothing.
 *
 * The result is as long as the value, character by character, so it fits wherever the value did. An e-mail address keeps its domain and one
 * character of what stands before it. Of anything else at most half of the characters survive; when the rule asks for more, none do.
 */
export function partialMask(strategy: PartialStrategy, cell: CellType): CellWriter | undefined {
  if (!CHARACTER_TYPES.has(cell.type.form)) return undefined
  const padded = cell.type.form === 'bpchar'
  return (source, start, end, out) => {
    let last = end
    // Blanks at the end of char(n) are padding, not value.
    if (padded) while (last > start && source[last - 1] === SPACE) last -= 1
    const at = strategy.keepDomain ? domainSign(source, start, last) : -1
    if (at > start) maskAddress(source, start, at, last, out)
    else maskText(strategy, source, start, last, out)
    out.copy(source, last, end)
  }
}

/** Where the @ of an address stands; -1 when what follows the last @ is not a domain with a dot in it. */
function domainSign(source: Uint8Array, start: number, end: number): number {
  let dots = 0
  for (let index = end - 1; index > start; index -= 1) {
    const byte = source[index]!
    if (byte === AT) return dots > 0 && index < end - 1 ? index : -1
    if (byte === DOT) dots += 1
    else if (!isDomainByte(byte)) return -1
  }
  return -1
}

/** Letters, digits, hyphen and whatever is not ASCII. */
function isDomainByte(byte: number): boolean {
  const lower = byte | 0x20
  return byte >= 0x80 || byte === HYPHEN || (byte >= 0x30 && byte <= 0x39) || (lower >= 0x61 && lower <= 0x7a)
}

function maskAddress(source: Uint8Array, start: number, at: number, end: number, out: OutputBuffer): void {
  const length = characters(source, start, at)
  const kept = length > 1 ? skipCharacters(source, start, at, 1) : start
  out.copy(source, start, kept)
  stars(out, length > 1 ? length - 1 : length)
  out.copy(source, at, end)
}

function maskText(strategy: PartialStrategy, source: Uint8Array, start: number, end: number, out: OutputBuffer): void {
  const length = characters(source, start, end)
  if ((strategy.keepFirst + strategy.keepLast) * 2 > length) {
    stars(out, length)
    return
  }
  const head = skipCharacters(source, start, end, strategy.keepFirst)
  const tail = skipCharacters(source, head, end, length - strategy.keepFirst - strategy.keepLast)
  out.copy(source, start, head)
  stars(out, length - strategy.keepFirst - strategy.keepLast)
  out.copy(source, tail, end)
}

function stars(out: OutputBuffer, count: number): void {
  out.reserve(count)
  out.bytes.fill(STAR, out.length, out.length + count)
  out.length += count
}

const CHARACTER_TYPES: ReadonlySet<string> = new Set(['text', 'varchar', 'bpchar', 'name'])
const SPACE = 0x20
const STAR = 0x2a
const HYPHEN = 0x2d
const DOT = 0x2e
const AT = 0x40
