import * as zlib from 'node:zlib'
import { CompressedReader, CompressedWriter, type Compressor, type StartupRequest } from '@sallyport/mysql-wire'

/** The layer between packets and the client's socket. */
export interface ClientLayer {
  /** Packets, whole or in part, out of what the client sent. Throws MysqlWireError. */
  readonly unwrap: (chunk: Uint8Array) => readonly Uint8Array[]
  readonly wrap: (packets: Uint8Array) => Uint8Array
}

/** The layer that a client asked for. */
export function clientLayer(compression: StartupRequest['compression'], maxFrameBytes: number): ClientLayer {
  if (compression.algorithm === 'none') return { unwrap: (chunk) => [chunk], wrap: (packets) => packets }
  const compressor = compression.algorithm === 'zstd' ? zstd(compression.level) : ZLIB
  const reader = new CompressedReader({ compressor, maxFrameBytes: Math.min(maxFrameBytes, MAX_FRAME_BYTES) })
  const writer = new CompressedWriter({ compressor })
  let heard = false
  return {
    unwrap: (chunk) => {
      reader.push(chunk)
      const parts: Uint8Array[] = []
      for (let part = reader.next(); part !== undefined; part = reader.next()) parts.push(part)
      heard ||= parts.length > 0
      return parts
    },
    wrap: (packets) => {
      // Frames are counted on from the client's last one.
      if (heard) writer.restart(reader.sequence + 1)
      heard = false
      return writer.write(packets)
    },
  }
}

/** Whether this Node can do zstd: it came with 22.15. */
export const HAS_ZSTD: boolean = 'zstdCompressSync' in zlib

const ZLIB: Compressor = {
  compress: (bytes) => zlib.deflateSync(bytes),
  decompress: (bytes, length) => zlib.inflateSync(bytes, { maxOutputLength: length }),
}

type Coder = (bytes: Uint8Array, options: object) => Uint8Array

function zstd(level: number): Compressor {
  const { zstdCompressSync, zstdDecompressSync, constants } = zlib as unknown as {
    readonly zstdCompressSync: Coder
    readonly zstdDecompressSync: Coder
    readonly constants: Readonly<Record<string, number>>
  }
  const params = { [constants['ZSTD_c_compressionLevel'] ?? 100]: level }
  return {
    compress: (bytes) => zstdCompressSync(bytes, { params }),
    decompress: (bytes, length) => zstdDecompressSync(bytes, { maxOutputLength: length }),
  }
}

const MAX_FRAME_BYTES = 0xff_ffff
