import * as zlib from 'node:zlib'
import {
  CompressedReader,
  CompressedWriter,
  PacketReader,
  type Compressor,
  type RawPacket,
  type StartupRequest,
} from '@sallyport/mysql-wire'
import { ZSTD } from './zstd.ts'

/** The layer between packets and the client's socket. */
export interface ClientLayer {
  /** What the client sent, as it came. */
  readonly push: (chunk: Uint8Array) => void
  /**
   * The next packets, whole or in part, out of that; undefined when more bytes are needed. One frame is opened at a time, and only when it is asked
   * for: a few bytes can hold gigabytes. Throws MysqlWireError.
   */
  readonly next: () => Uint8Array | undefined
  readonly wrap: (packets: Uint8Array) => Uint8Array
}

/** The layer that a client asked for. */
export function clientLayer(compression: StartupRequest['compression'], maxFrameBytes: number): ClientLayer {
  if (compression.algorithm === 'none') return plainLayer()
  const compressor = compression.algorithm === 'zstd' ? zstd(compression.level) : ZLIB
  const reader = new CompressedReader({ compressor, maxFrameBytes: Math.min(maxFrameBytes, MAX_FRAME_BYTES) })
  const writer = new CompressedWriter({ compressor })
  let heard = false
  return {
    push: (chunk) => reader.push(chunk),
    next: () => {
      const packets = reader.next()
      heard ||= packets !== undefined
      return packets
    },
    wrap: (packets) => {
      // Frames are counted on from the client's last one.
      if (heard) writer.restart(reader.sequence + 1)
      heard = false
      return writer.write(packets)
    },
  }
}

/** Reads whole commands out of a layer. A frame is opened when those before it hold none, so what waits stays as small as it came. */
export function commandsOf(layer: Pick<ClientLayer, 'next'>, maxMessageBytes: number): () => RawPacket | undefined {
  const reader = new PacketReader({ maxMessageBytes })
  return () => {
    for (;;) {
      const raw = reader.next()
      if (raw !== undefined) return raw
      const packets = layer.next()
      if (packets === undefined) return undefined
      reader.push(packets)
    }
  }
}

function plainLayer(): ClientLayer {
  const chunks: Uint8Array[] = []
  return { push: (chunk) => void chunks.push(chunk), next: () => chunks.shift(), wrap: (packets) => packets }
}

const ZLIB: Compressor = {
  compress: (bytes) => zlib.deflateSync(bytes),
  decompress: (bytes, length) => zlib.inflateSync(bytes, { maxOutputLength: length }),
}

function zstd(wanted: number): Compressor {
  const level = Math.min(wanted, MAX_ZSTD_LEVEL)
  return {
    compress: (bytes) => ZSTD.compress(bytes, level),
    decompress: (bytes, length) => ZSTD.decompress(bytes, length),
  }
}

const MAX_FRAME_BYTES = 0xff_ffff
/** Of the 22 levels those that cost no more time than zlib does; level 22 takes 19 seconds for one frame. A client reads any level. */
const MAX_ZSTD_LEVEL = 6
