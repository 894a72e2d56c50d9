import { BytesError, type Reader } from '@sallyport/bytes'

/** Reads the first byte of a payload, which must be this one. */
export function readHeader(body: Reader, header: number): void {
  const first = body.uint8()
  if (first !== header) {
    throw new BytesError('out-of-range', `It begins with 0x${first.toString(16)} instead of 0x${header.toString(16)}`)
  }
}
