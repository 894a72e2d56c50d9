import { Writer } from '@sallyport/bytes'
import type { Codec } from './codec.ts'

/** Encodes a message as tag, length and body. */
export function encodeTagged<M>(codec: Codec<M>, message: M): Uint8Array {
  const writer = new Writer(INITIAL_BYTES)
  writer.uint8(codec.tag).int32(0)
  codec.encode(message, writer)
  return writer.setInt32(1, writer.length - 1).toBytes()
}

const INITIAL_BYTES = 64
