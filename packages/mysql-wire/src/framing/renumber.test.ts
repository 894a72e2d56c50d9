import { expect, test } from 'vitest'
import { encodePackets } from './encode-packets.ts'
import { renumberPackets } from './renumber.ts'

test('packets get new ids one after the other, and those that came keep theirs', () => {
  const packets = Buffer.concat([encodePackets(new Uint8Array(3), 254), encodePackets(new Uint8Array(0), 255)])
  const before = Uint8Array.from(packets)
  const renumbered = renumberPackets(packets, 255)
  expect(Uint8Array.from(renumbered)).toEqual(
    Uint8Array.from([...encodePackets(new Uint8Array(3), 255), ...encodePackets(new Uint8Array(0), 0)]),
  )
  expect(Uint8Array.from(packets)).toEqual(before)
})
