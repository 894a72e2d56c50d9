import * as fc from 'fast-check'
import { encodePackets } from '../encode-packets.ts'
import type { PacketRun, ScannerSink } from '../packet-scanner.ts'
import type { RawPacket } from '../raw-packet.ts'

/** Messages with sequence ids that go on through the stream; the first byte of a payload decides whether it is a row (up to 0xFD). */
export function anyStream(): fc.Arbitrary<Uint8Array[]> {
  return fc
    .tuple(fc.nat({ max: 255 }), fc.array(fc.uint8Array({ maxLength: 60 }), { minLength: 1, maxLength: 12 }))
    .map(([first, payloads]) => payloads.map((payload, index) => encodePackets(payload, (first + index) & 0xff)))
}

/** The messages joined and cut again into pieces of these sizes, repeated. */
export function pieces(messages: readonly Uint8Array[], sizes: readonly number[]): Uint8Array[] {
  const all = Uint8Array.from(messages.flatMap((bytes) => [...bytes]))
  const cut: Uint8Array[] = []
  for (let at = 0, index = 0; at < all.length; index += 1) {
    const size = sizes[index % sizes.length] ?? 1
    cut.push(all.slice(at, at + size))
    at += size
  }
  return cut
}

/** Notes what a scanner delivers; runs that follow each other become one. */
export class Recorder implements ScannerSink {
  readonly messages: RawPacket[] = []
  readonly order: string[] = []
  readonly streamed: number[] = []
  completed = 0
  packets = 0

  readonly streams = (firstByte: number): boolean | 'whole' => firstByte >= 0 && firstByte < 0xfe

  readonly run = (run: PacketRun): void => {
    this.streamed.push(...run.bytes)
    this.completed += run.completed
    this.packets += run.packets
    for (let index = 0; index < run.completed; index += 1) this.order.push('row')
  }

  readonly message = (raw: RawPacket): void => {
    this.messages.push({ ...raw, bytes: raw.bytes.slice(), payload: raw.payload.slice() })
    this.order.push(`message ${raw.payload.length} ${raw.sequence}`)
  }
}
