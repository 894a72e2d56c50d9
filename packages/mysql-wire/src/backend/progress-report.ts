import { BytesError } from '@sallyport/bytes'
import type { Codec } from '../codec.ts'
import { readLengthText, writeLengthText } from '../lenenc.ts'
import { readHeader } from './header.ts'

/** MariaDB's report of progress: an ERR packet with the number 0xFFFF, which ends nothing. Spec: MariaDB, "ERR_Packet". */
export interface ProgressReport {
  readonly type: 'Progress'
  readonly stage: number
  readonly maxStage: number
  /** Thousandths of a percent. */
  readonly progress: number
  readonly info: string
}

export const ProgressReport: Codec<ProgressReport> = {
  decode: (body) => {
    readHeader(body, 0xff)
    if (body.uint16Le() !== 0xffff) throw new BytesError('out-of-range', 'An error is no report of progress')
    readHeader(body, 1) // the number of strings
    return {
      type: 'Progress',
      stage: body.uint8(),
      maxStage: body.uint8(),
      progress: body.uint24Le(),
      info: readLengthText(body),
    }
  },
  encode: (message, body) => {
    body.uint8(0xff).uint16Le(0xffff).uint8(1)
    body.uint8(message.stage).uint8(message.maxStage).uint24Le(message.progress)
    writeLengthText(body, message.info)
  },
}
