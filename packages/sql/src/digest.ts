/** A digest of 64 bits under way, for names of statements. It is for statistics: whoever wants two texts to meet can make them. */
export interface Digest {
  high: number
  low: number
}

export function startDigest(): Digest {
  return { high: 0xde_ad_be_ef, low: 0x41_c6_ce_57 }
}

export function mixNumber(digest: Digest, value: number): void {
  digest.high = Math.imul(digest.high ^ value, 2_654_435_761)
  digest.low = Math.imul(digest.low ^ value, 1_597_334_677)
}

/** 16 hexadecimal digits. */
export function digestText({ high, low }: Digest): string {
  return hex(finish(high, low)) + hex(finish(low, high))
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
