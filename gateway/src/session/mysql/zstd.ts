import * as zlib from 'node:zlib'

/** Zstandard frames, each made and read at once. */
export interface Zstd {
  /** `level` is 1 to 22. */
  readonly compress: (bytes: Uint8Array, level: number) => Uint8Array
  /** Never makes more than `length` bytes, nor room for more; throws for what it cannot read. */
  readonly decompress: (bytes: Uint8Array, length: number) => Uint8Array
}

/** Node's own; undefined where it has none: it came with 22.15. */
export function nodeZstd(): Zstd | undefined {
  const { zstdCompressSync, zstdDecompressSync, constants } = zlib as unknown as Partial<NodeZlib>
  if (zstdCompressSync === undefined || zstdDecompressSync === undefined || constants === undefined) return undefined
  const { ZSTD_c_compressionLevel: level, ZSTD_d_windowLogMax: window } = constants
  return {
    compress: (bytes, wanted) => zstdCompressSync(bytes, { params: { [level]: wanted } }),
    decompress: (bytes, length) =>
      zstdDecompressSync(bytes, { maxOutputLength: length, params: { [window]: MAX_WINDOW_LOG } }),
  }
}

/** The reference implementation as WebAssembly. Its memory is its own, grows up to 2 GiB, and holds nothing between two calls. */
export async function wasmZstd(): Promise<Zstd> {
  const { default: library } = await import('@foxglove/wasm-zstd')
  await library.isLoaded
  return library
}

/** Node's where there is one. */
export const ZSTD: Zstd = nodeZstd() ?? (await wasmZstd())

interface NodeZlib {
  readonly zstdCompressSync: Coder
  readonly zstdDecompressSync: Coder
  readonly constants: Readonly<Record<'ZSTD_c_compressionLevel' | 'ZSTD_d_windowLogMax', number>>
}

type Coder = (bytes: Uint8Array, options: object) => Uint8Array

/** A frame of the protocol has less than 16 MiB, so nothing in it reaches back further; without this a header could ask for 128 MiB. */
const MAX_WINDOW_LOG = 24
