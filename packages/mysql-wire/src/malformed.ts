import { BytesError, Reader } from '@sallyport/bytes'
import { MalformedMessageError, type Side } from './errors.ts'

/** Runs a decoder over a whole payload; whatever does not fit, and every byte left over, is a {@link MalformedMessageError}. */
export function decoding<M>(
  side: Side,
  what: string,
  payload: Uint8Array,
  decode: (body: Reader) => M,
  text: 'strict' | 'lossy' = 'strict',
): M {
  try {
    const body = new Reader(payload, 0, payload.length, { text })
    const message = decode(body)
    body.end()
    return message
  } catch (error) {
    if (!(error instanceof BytesError)) throw error
    throw new MalformedMessageError(side, `Malformed ${what} from the ${side}: ${error.message}`, { cause: error })
  }
}
