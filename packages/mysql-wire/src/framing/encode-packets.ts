import { HEADER_BYTES, MAX_PACKET_PAYLOAD } from './raw-packet.ts'

/** A payload as packets: one, or several where it has 16 MiB - 1 and more; the first has the sequence id `sequence`, and ids wrap at 256. */
export function encodePackets(payload: Uint8Array, sequence: number): Uint8Array {
  const packets = packetsOf(payload.length)
  const bytes = new Uint8Array(payload.length + packets * HEADER_BYTES)
  let at = 0
  for (let index = 0; index < packets; index += 1) {
    const start = index * MAX_PACKET_PAYLOAD
    const part = payload.subarray(start, Math.min(start + MAX_PACKET_PAYLOAD, payload.length))
    bytes[at] = part.length & 0xff
    bytes[at + 1] = (part.length >> 8) & 0xff
    bytes[at + 2] = part.length >> 16
    bytes[at + 3] = (sequence + index) & 0xff
    bytes.set(part, at + HEADER_BYTES)
    at += HEADER_BYTES + part.length
  }
  return bytes
}

/** How many packets a payload of this length takes. */
export function packetsOf(payloadBytes: number): number {
  return Math.floor(payloadBytes / MAX_PACKET_PAYLOAD) + 1
}
