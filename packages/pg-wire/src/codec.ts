import type { Reader, Writer } from '@sallyport/bytes'

/**
 * How the body of one type of message is read and written. `decode` gets a reader over the body and need not check that it is used up: the
 * caller does. Byte ranges in a decoded message are views of the body and live as long as it.
 */
export interface Codec<M> {
  /** The type byte that begins the message. */
  readonly tag: number
  /** Throws `BytesError` for a body that is too short, and `MalformedMessageError` for values outside the protocol. */
  readonly decode: (body: Reader) => M
  readonly encode: (message: M, body: Writer) => void
}

/** A codec for a message without body. */
export function bodiless<M extends { readonly type: string }>(tag: number, message: M): Codec<M> {
  return { tag, decode: () => message, encode: () => undefined }
}

/** Text (0) or binary (1); the protocol reserves all other numbers. */
export type Format = number

/** A value that may be NULL: four bytes of length, -1 for NULL, and the bytes. */
export type Value = Uint8Array | null
