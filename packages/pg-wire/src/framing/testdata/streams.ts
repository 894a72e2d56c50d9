import * as fc from 'fast-check'

/** The header of a message. */
export function header(tag: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(5)
  bytes[0] = tag
  new DataView(bytes.buffer).setInt32(1, length)
  return bytes
}

/** A message with this many bytes of body. */
export function message(tag: number, bodyBytes: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(5 + bodyBytes).fill(tag)
  bytes.set(header(tag, bodyBytes + 4))
  return bytes
}

/** Messages of a few types, short ones and some that take several chunks. */
export function anyStream(): fc.Arbitrary<Uint8Array<ArrayBuffer>[]> {
  const tag = fc.constantFrom(0x44, 0x44, 0x44, 0x64, 0x43, 0x5a)
  const size = fc.oneof(fc.nat({ max: 20 }), fc.constant(0), fc.nat({ max: 9000 }))
  return fc.array(
    fc.tuple(tag, size).map(([type, bytes]) => message(type, bytes)),
    { maxLength: 30 },
  )
}

/** The messages one after the other, cut into chunks of these sizes, over and over. */
export function pieces(messages: readonly Uint8Array[], sizes: readonly number[]): Uint8Array[] {
  const whole = Uint8Array.from(messages.flatMap((bytes) => [...bytes]))
  const chunks: Uint8Array[] = []
  for (let at = 0, turn = 0; at < whole.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1
    chunks.push(whole.slice(at, at + size))
    at += size
  }
  return chunks
}
