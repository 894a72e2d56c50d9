import { HEADER_BYTES } from './raw-packet.ts'

/** Whole packets with ids that follow each other from `sequence` on; a copy. For replies that go on behind others than the ones they came behind. */
export function renumberPackets(packets: Uint8Array, sequence: number): Uint8Array {
  // Not `slice`, which of a Buffer is no copy.
  const bytes = new Uint8Array(packets)
  let id = sequence
  for (let at = 0; at + HEADER_BYTES <= bytes.length; id += 1) {
    bytes[at + 3] = id & 0xff
    at += HEADER_BYTES + (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16))
  }
  return bytes
}
