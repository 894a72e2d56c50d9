import { CopyData } from '../copy/copy-data.ts'
import { CopyDone } from '../copy/copy-done.ts'
import type { Codec } from '../codec.ts'
import { encodeTagged } from '../encoding.ts'
import { MalformedMessageError } from '../errors.ts'
import { HEADER_BYTES, type RawMessage } from '../framing/raw-message.ts'
import { decoding } from '../malformed.ts'
import { Bind } from './bind.ts'
import { Flush, Sync, Terminate } from './bodiless.ts'
import { Close } from './close.ts'
import { CopyFail } from './copy-fail.ts'
import { Describe } from './describe.ts'
import { Execute } from './execute.ts'
import { FunctionCall } from './function-call.ts'
import { GSSResponse } from './gss-response.ts'
import { Parse } from './parse.ts'
import { PasswordMessage } from './password-message.ts'
import { Query } from './query.ts'
import { SASLInitialResponse } from './sasl-initial-response.ts'
import { SASLResponse } from './sasl-response.ts'
import { encodeStartupPacket, type StartupPacket } from './startup-packet.ts'

/** What a frontend sends inside a session. */
export type SessionMessage =
  | Bind
  | Close
  | CopyData
  | CopyDone
  | CopyFail
  | Describe
  | Execute
  | Flush
  | FunctionCall
  | Parse
  | Query
  | Sync
  | Terminate

/** The messages that share the tag 'p'; which of them comes depends on what the backend asked for. */
export type AuthenticationResponse = PasswordMessage | SASLInitialResponse | SASLResponse | GSSResponse

/** Everything a frontend may send. */
export type FrontendMessage = SessionMessage | AuthenticationResponse | StartupPacket

/**
 * Decodes a tagged message of the frontend. Tag 'p' is decoded as `authentication` says; inside a session (undefined) it is malformed.
 * Byte ranges in the result are views of the message. Throws {@link MalformedMessageError}.
 */
export function decodeFrontend(raw: RawMessage): SessionMessage
export function decodeFrontend(
  raw: RawMessage,
  authentication: AuthenticationResponse['type'],
): SessionMessage | AuthenticationResponse
export function decodeFrontend(
  raw: RawMessage,
  authentication?: AuthenticationResponse['type'],
): SessionMessage | AuthenticationResponse {
  const codec =
    raw.tag === PasswordMessage.tag && authentication !== undefined ? RESPONSES[authentication] : BY_TAG[raw.tag]
  if (codec === undefined) {
    throw new MalformedMessageError('frontend', `No message of a frontend has type 0x${raw.tag.toString(16)} here`)
  }
  return decoding<SessionMessage | AuthenticationResponse>(
    'frontend',
    NAMES[raw.tag] ?? 'message',
    raw.bytes,
    HEADER_BYTES,
    codec.decode,
  )
}

/**
 * Decodes a message of a session whose text is not UTF-8, with U+FFFD in it. What this returns is fit to be refused (`Conversation.refuse`) and
 * must never be forwarded or judged: it is not what the frontend sent. Throws {@link MalformedMessageError} for anything else that is wrong.
 */
export function decodeForRefusal(raw: RawMessage): SessionMessage {
  const codec = BY_TAG[raw.tag]
  if (codec === undefined) {
    throw new MalformedMessageError('frontend', `No message of a frontend has type 0x${raw.tag.toString(16)} here`)
  }
  return decoding('frontend', NAMES[raw.tag] ?? 'message', raw.bytes, HEADER_BYTES, codec.decode, 'lossy')
}

/** Encodes a message of the frontend with its tag and length. Throws `BytesError` for what does not fit the protocol's fields. */
export function encodeFrontend(message: FrontendMessage): Uint8Array {
  return isStartupPacket(message)
    ? encodeStartupPacket(message)
    : encodeTagged(CODECS[message.type] as Codec<typeof message>, message)
}

/** Whether the message is one of those without a tag. */
export function isStartupPacket(message: FrontendMessage): message is StartupPacket {
  return (
    message.type === 'StartupMessage' ||
    message.type === 'SSLRequest' ||
    message.type === 'GSSENCRequest' ||
    message.type === 'CancelRequest'
  )
}

const RESPONSES: {
  readonly [T in AuthenticationResponse['type']]: Codec<Extract<AuthenticationResponse, { type: T }>>
} = { PasswordMessage, SASLInitialResponse, SASLResponse, GSSResponse }

const SESSION: { readonly [T in SessionMessage['type']]: Codec<Extract<SessionMessage, { type: T }>> } = {
  Bind,
  Close,
  CopyData,
  CopyDone,
  CopyFail,
  Describe,
  Execute,
  Flush,
  FunctionCall,
  Parse,
  Query,
  Sync,
  Terminate,
}

const CODECS = { ...SESSION, ...RESPONSES }

const BY_TAG: readonly (Codec<SessionMessage> | undefined)[] = Array.from({ length: 256 }, (_, tag) =>
  (Object.values(SESSION) as Codec<SessionMessage>[]).find((codec) => codec.tag === tag),
)

const NAMES: readonly (string | undefined)[] = Array.from(
  { length: 256 },
  (_, tag) => Object.entries(SESSION).find(([, codec]) => codec.tag === tag)?.[0],
)
