import { BytesError } from './errors.ts'

/*
 * The one place that knows the platform's fast paths. Buffer's native slices are several times faster than TextDecoder for the short
 * strings of protocols, but replace what is not UTF-8 silently; so the result is looked through for U+FFFD, and only when there is one
 * does the strict decoder decide. Without Buffer the strict decoder does everything.
 */

/** Decodes bytes `start` to `end` (exclusive). Throws `invalid-utf8` for anything that would not encode back to the same bytes. */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string {
  const length = end - start
  if (length <= SHORT_BYTES) {
    const short = decodeShortAscii(bytes, start, end)
    if (short !== undefined) return short
  }
  if (utf8Slice !== undefined) {
    const text = utf8Slice.call(bytes, start, end)
    if (!text.includes(REPLACEMENT)) return text
  }
  try {
    return strict.decode(bytes.subarray(start, end))
  } catch {
    throw new BytesError('invalid-utf8', `The string of ${length} bytes at offset ${start} is not valid UTF-8`)
  }
}

/** Decodes bytes `start` to `end` (exclusive) with U+FFFD for whatever is not UTF-8: for people to read, never to decide on. */
export function decodeUtf8Lossy(bytes: Uint8Array, start: number, end: number): string {
  return utf8Slice === undefined ? lossy.decode(bytes.subarray(start, end)) : utf8Slice.call(bytes, start, end)
}

/** The number of bytes that `text` takes in UTF-8; a lone surrogate counts as U+FFFD. */
export function utf8Length(text: string): number {
  return platform.Buffer === undefined ? encoder.encode(text).length : platform.Buffer.byteLength(text)
}

/** Encodes `text` into fresh bytes; a lone surrogate becomes U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text)
}

/** Writes `text` at `offset`, where there must be room for all of it (see {@link utf8Length}); returns the bytes written. */
export function writeUtf8(target: Uint8Array, offset: number, text: string): number {
  if (text.length <= SHORT_BYTES) {
    let index = 0
    for (; index < text.length; index += 1) {
      const unit = text.charCodeAt(index)
      if (unit > 0x7f) break
      target[offset + index] = unit
    }
    if (index === text.length) return index
  }
  return encoder.encodeInto(text, target.subarray(offset)).written
}

function decodeShortAscii(bytes: Uint8Array, start: number, end: number): string | undefined {
  let text = ''
  for (let index = start; index < end; index += 1) {
    const byte = bytes[index] ?? 0x80
    if (byte > 0x7f) return undefined
    text += String.fromCharCode(byte)
  }
  return text
}

/** The shape of the globals used here; the package has no Node types and must work without Buffer. */
interface Platform {
  readonly Buffer?: {
    readonly byteLength: (text: string) => number
    readonly prototype: { readonly utf8Slice?: (this: Uint8Array, start: number, end: number) => string }
  }
  readonly TextDecoder: new (
    label: 'utf-8',
    options: { readonly fatal: boolean; readonly ignoreBOM: boolean },
  ) => { readonly decode: (bytes: Uint8Array) => string }
  readonly TextEncoder: new () => {
    readonly encode: (text: string) => Uint8Array
    readonly encodeInto: (text: string, target: Uint8Array) => { readonly written: number }
  }
}

const platform = globalThis as unknown as Platform
const utf8Slice = platform.Buffer?.prototype.utf8Slice
// A byte order mark is data like any other: ignoreBOM keeps it.
const strict = new platform.TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const lossy = new platform.TextDecoder('utf-8', { fatal: false, ignoreBOM: true })
const encoder = new platform.TextEncoder()
const REPLACEMENT = '\uFFFD'
/** Below this, a loop beats the call into native code. */
const SHORT_BYTES = 16
