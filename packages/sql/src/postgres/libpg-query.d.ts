// The WebAssembly module of libpg-query without its wrapper, which keeps one instance for good and cannot replace it.
declare module 'libpg-query/wasm/libpg-query.js' {
  interface PgQueryModule {
    readonly lengthBytesUTF8: (text: string) => number
    readonly stringToUTF8: (text: string, pointer: number, maxBytes: number) => number
    readonly UTF8ToString: (pointer: number, maxBytes?: number) => string
    /** The module's memory; another view after the memory grew. */
    readonly HEAPU8: Uint8Array
    readonly getValue: (pointer: number, type: 'i32') => number
    readonly _malloc: (bytes: number) => number
    readonly _free: (pointer: number) => void
    readonly _wasm_parse_query_raw: (text: number) => number
    readonly _wasm_free_parse_result: (result: number) => void
    readonly _wasm_normalize_query: (text: number) => number
    readonly _wasm_free_string: (text: number) => void
  }
  const createModule: () => Promise<PgQueryModule>
  export default createModule
}
