import { BytesError, Reader } from '@sallyport/bytes'
import { MalformedMessageError, type Side } from './errors.ts'

/** Runs a decoder over a whole body, which begins at `start`; whatever does not fit, and every byte left over, is a {@link MalformedMessageError}. */
export function decoding<M>(
  side: Side,
  what: string,
  bytes: Uint8Array,
  start: number,
  decode: (body: Reader) => M,
  text: 'strict' | 'lossy' = 'strict',
): M {
  try {
    const body = new Reader(bytes, start, bytes.length, { text })
    const message = decode(body)
    body.end()
    return message
  } catch (error) {
    if (!(error instanceof BytesError)) throw error
    throw new MalformedMessageError(side, `Malformed ${what} from the ${side}: ${error.message}`, {
      cause: error,
      notUtf8: error.code === 'invalid-utf8',
    })
  }
}
