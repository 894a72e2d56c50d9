import { BytesError, type Reader, type Writer } from '@sallyport/bytes'
import { CLIENT, type Capabilities, has } from '../capabilities.ts'
import type { Codec } from '../codec.ts'
import {
  readLengthBytes,
  readLengthEncoded,
  readLengthText,
  writeLength,
  writeLengthBytes,
  writeLengthText,
} from '../lenenc.ts'
import { SERVER_STATUS } from '../status.ts'

/** OK ends a command well; as `end` (0xFE) it ends rows where EOF is deprecated. Spec: page_protocol_basic_ok_packet. */
export interface OkPacket {
  readonly type: 'OK'
  /** The header: 0x00, or 0xFE behind rows. */
  readonly end: boolean
  readonly affectedRows: bigint
  readonly lastInsertId: bigint
  /** Bits of {@link SERVER_STATUS}. */
  readonly status: number
  readonly warnings: number
  /** What the server tells people. */
  readonly info: string
  /** What changed in the session: undecoded (`decodeSessionTrack`), undefined when the server said nothing of it. */
  readonly sessionState: Uint8Array | undefined
}

export const OkPacket: Codec<OkPacket> = {
  decode: (body, capabilities) => {
    const header = body.uint8()
    if (header !== 0x00 && header !== 0xfe) throw new BytesError('out-of-range', 'It does not begin as an OK packet')
    const end = header === 0xfe
    const affectedRows = readLengthEncoded(body)
    const lastInsertId = readLengthEncoded(body)
    const status = body.uint16Le()
    const warnings = body.uint16Le()
    const info = readInfo(body)
    const tracked = has(capabilities, CLIENT.SESSION_TRACK) && (status & SERVER_STATUS.SESSION_STATE_CHANGED) !== 0
    const sessionState = tracked ? readLengthBytes(body) : undefined
    return { type: 'OK', end, affectedRows, lastInsertId, status, warnings, info, sessionState }
  },
  encode: (message, body, capabilities) => {
    body.uint8(message.end ? 0xfe : 0x00)
    writeLength(body, message.affectedRows)
    writeLength(body, message.lastInsertId)
    body.uint16Le(message.status).uint16Le(message.warnings)
    writeTail(message, body, capabilities)
  },
}

/** An empty info is left out unless something follows it. */
function readInfo(body: Reader): string {
  return body.remaining === 0 ? '' : readLengthText(body)
}

function writeTail(message: OkPacket, body: Writer, capabilities: Capabilities): void {
  const tracked = has(capabilities, CLIENT.SESSION_TRACK) && message.sessionState !== undefined
  if (message.info !== '' || tracked) writeLengthText(body, message.info)
  if (tracked) writeLengthBytes(body, message.sessionState)
}
