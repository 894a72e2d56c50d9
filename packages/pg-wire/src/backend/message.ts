import type { Codec } from '../codec.ts'
import { CopyData } from '../copy/copy-data.ts'
import { CopyDone } from '../copy/copy-done.ts'
import { encodeTagged } from '../encoding.ts'
import { MalformedMessageError } from '../errors.ts'
import { HEADER_BYTES, type RawMessage } from '../framing/raw-message.ts'
import { decoding } from '../malformed.ts'
import { Authentication } from './authentication.ts'
import { BackendKeyData } from './backend-key-data.ts'
import { BindComplete, CloseComplete, EmptyQueryResponse, NoData, ParseComplete, PortalSuspended } from './bodiless.ts'
import { CommandComplete } from './command-complete.ts'
import { CopyBothResponse, CopyInResponse, CopyOutResponse } from './copy-response.ts'
import { DataRow } from './data-row.ts'
import { ErrorResponse } from './error-response.ts'
import { FunctionCallResponse } from './function-call-response.ts'
import { NegotiateProtocolVersion } from './negotiate-protocol-version.ts'
import { NoticeResponse } from './notice-response.ts'
import { NotificationResponse } from './notification-response.ts'
import { ParameterDescription } from './parameter-description.ts'
import { ParameterStatus } from './parameter-status.ts'
import { ReadyForQuery } from './ready-for-query.ts'
import { RowDescription } from './row-description.ts'

/** Everything a backend may send. */
export type BackendMessage =
  | Authentication
  | BackendKeyData
  | BindComplete
  | CloseComplete
  | CommandComplete
  | CopyBothResponse
  | CopyData
  | CopyDone
  | CopyInResponse
  | CopyOutResponse
  | DataRow
  | EmptyQueryResponse
  | ErrorResponse
  | FunctionCallResponse
  | NegotiateProtocolVersion
  | NoData
  | NoticeResponse
  | NotificationResponse
  | ParameterDescription
  | ParameterStatus
  | ParseComplete
  | PortalSuspended
  | ReadyForQuery
  | RowDescription

/** The types of backend messages by their codec: all forms of authentication are one. */
export type BackendType = Exclude<BackendMessage['type'], Authentication['type']> | 'Authentication'

/** Decodes a message of the backend. Byte ranges in the result are views of it. Throws {@link MalformedMessageError}. */
export function decodeBackend(raw: RawMessage): BackendMessage {
  const codec = BY_TAG[raw.tag]
  if (codec === undefined) {
    throw new MalformedMessageError('backend', `No message of a backend has type 0x${raw.tag.toString(16)}`)
  }
  return decoding<BackendMessage>('backend', backendType(raw.tag) ?? 'message', raw.bytes, HEADER_BYTES, codec.decode)
}

/** Decodes a message that must be of the codec's type. Throws {@link MalformedMessageError}. */
export function decodeBackendAs<M>(codec: Codec<M>, raw: RawMessage): M {
  if (raw.tag !== codec.tag) {
    throw new MalformedMessageError('backend', `Type 0x${raw.tag.toString(16)} came for 0x${codec.tag.toString(16)}`)
  }
  return decoding('backend', backendType(raw.tag) ?? 'message', raw.bytes, HEADER_BYTES, codec.decode)
}

/** Encodes a message of the backend with its tag and length. Throws `BytesError` for what does not fit the protocol's fields. */
export function encodeBackend(message: BackendMessage): Uint8Array {
  const codec = isAuthentication(message) ? Authentication : CODECS[message.type]
  return encodeTagged(codec as Codec<BackendMessage>, message)
}

/** The type of a backend message with this tag; undefined when there is none. */
export function backendType(tag: number): BackendType | undefined {
  return TYPES[tag]
}

function isAuthentication(message: BackendMessage): message is Authentication {
  return message.type.startsWith('Authentication')
}

const CODECS = {
  Authentication,
  BackendKeyData,
  BindComplete,
  CloseComplete,
  CommandComplete,
  CopyBothResponse,
  CopyData,
  CopyDone,
  CopyInResponse,
  CopyOutResponse,
  DataRow,
  EmptyQueryResponse,
  ErrorResponse,
  FunctionCallResponse,
  NegotiateProtocolVersion,
  NoData,
  NoticeResponse,
  NotificationResponse,
  ParameterDescription,
  ParameterStatus,
  ParseComplete,
  PortalSuspended,
  ReadyForQuery,
  RowDescription,
} as const

const BY_TAG: readonly (Codec<BackendMessage> | undefined)[] = Array.from({ length: 256 }, (_, tag) =>
  (Object.values(CODECS) as Codec<BackendMessage>[]).find((codec) => codec.tag === tag),
)

const TYPES: readonly (BackendType | undefined)[] = Array.from(
  { length: 256 },
  (_, tag) => Object.entries(CODECS).find(([, codec]) => codec.tag === tag)?.[0] as BackendType | undefined,
)
