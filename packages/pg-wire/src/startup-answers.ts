import { encodeBackend } from './backend/message.ts'
import { noticeFields } from './backend/notice-fields.ts'
import type { StartupRefusal } from './startup-request.ts'

/** NegotiateProtocolVersion: the minor version that is spoken, and the options that are not known. */
export function encodeNegotiation(told: { readonly minor: number; readonly options: readonly string[] }): Uint8Array {
  return encodeBackend({ type: 'NegotiateProtocolVersion', minor: told.minor, unknownOptions: told.options })
}

/** AuthenticationCleartextPassword: the password is a token, of which no digest could be checked. */
export function encodePasswordRequest(): Uint8Array {
  return encodeBackend({ type: 'AuthenticationCleartextPassword' })
}

/** ErrorResponse that ends the session. */
export function encodeRefusal(refusal: StartupRefusal): Uint8Array {
  return encodeBackend({ type: 'ErrorResponse', fields: noticeFields({ severity: 'FATAL', ...refusal }) })
}
