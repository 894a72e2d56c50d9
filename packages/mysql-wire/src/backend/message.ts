import { Writer } from '@sallyport/bytes'
import type { Capabilities } from '../capabilities.ts'
import type { Codec } from '../codec.ts'
import { encodePackets } from '../framing/encode-packets.ts'
import { decoding } from '../malformed.ts'
import { AuthMoreData, AuthSwitchRequest } from './authentication.ts'
import { ColumnCount } from './column-count.ts'
import { ColumnDefinition } from './column-definition.ts'
import { EofPacket } from './eof-packet.ts'
import { ErrPacket } from './err-packet.ts'
import { Handshake } from './handshake.ts'
import { LocalInfileRequest } from './local-infile-request.ts'
import { OkPacket } from './ok-packet.ts'
import { PrepareOk } from './prepare-ok.ts'
import { ProgressReport } from './progress-report.ts'
import { Statistics } from './statistics.ts'

/** Everything a backend may send, but rows: those need the columns (`readTextRow`, `readBinaryRow`). */
export type BackendMessage =
  | AuthMoreData
  | AuthSwitchRequest
  | ColumnCount
  | ColumnDefinition
  | EofPacket
  | ErrPacket
  | Handshake
  | LocalInfileRequest
  | OkPacket
  | PrepareOk
  | ProgressReport
  | Statistics

/**
 * Decodes a payload as what it must be: what a packet is depends on the state of the session. Names, infos and errors come in the session's
 * character set; what is not UTF-8 in them has U+FFFD in it. Byte ranges are views. Throws MalformedMessageError.
 */
export function decodeBackendAs<T extends BackendMessage['type']>(
  type: T,
  payload: Uint8Array,
  capabilities: Capabilities,
): Extract<BackendMessage, { readonly type: T }> {
  const codec = CODECS[type] as unknown as Codec<Extract<BackendMessage, { readonly type: T }>>
  return decoding('backend', type, payload, (body) => codec.decode(body, capabilities), 'lossy')
}

/** Encodes a message as packets from `sequence` on. Throws `BytesError` for what does not fit the protocol's fields. */
export function encodeBackend(message: BackendMessage, capabilities: Capabilities, sequence: number): Uint8Array {
  const body = new Writer()
  const codec = CODECS[message.type] as Codec<BackendMessage>
  codec.encode(message, body, capabilities)
  return encodePackets(body.view(), sequence)
}

const CODECS: { readonly [T in BackendMessage['type']]: Codec<Extract<BackendMessage, { readonly type: T }>> } = {
  AuthMoreData,
  AuthSwitchRequest,
  ColumnCount,
  ColumnDefinition,
  COM_STMT_PREPARE_OK: PrepareOk,
  EOF: EofPacket,
  ERR: ErrPacket,
  HandshakeV10: Handshake,
  LocalInfileRequest,
  OK: OkPacket,
  Progress: ProgressReport,
  Statistics,
}
