import { BytesError, Reader } from '@sallyport/bytes'
import { MalformedMessageError, type Side } from './errors.ts'

/** Runs a decoder over a whole body; whatever does not fit, and every byte left over, is a {@link MalformedMessageError}. */
export function decoding<M>(side: Side, what: string, bytes: Uint8Array, decode: (body: Reader) => M): M {
  try {
    const body = new Reader(bytes)
    const message = decode(body)
    body.end()
    return message
  } catch (error) {
    if (!(error instanceof BytesError)) throw error
    throw new MalformedMessageError(side, `Malformed ${what} from the ${side}: ${error.message}`, { cause: error })
  }
}
