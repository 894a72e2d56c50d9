import type { Reader, Writer } from '@sallyport/bytes'
import type { Codec } from '../codec.ts'
import { MalformedMessageError } from '../errors.ts'

/** Authentication (B) in all its forms, told apart by a number. Spec: protocol-message-formats, "AuthenticationOk" and following. */
export type Authentication =
  | { readonly type: 'AuthenticationOk' }
  | { readonly type: 'AuthenticationKerberosV5' }
  | { readonly type: 'AuthenticationCleartextPassword' }
  | { readonly type: 'AuthenticationMD5Password'; readonly salt: Uint8Array }
  | { readonly type: 'AuthenticationGSS' }
  | { readonly type: 'AuthenticationGSSContinue'; readonly data: Uint8Array }
  | { readonly type: 'AuthenticationSSPI' }
  | { readonly type: 'AuthenticationSASL'; readonly mechanisms: readonly string[] }
  | { readonly type: 'AuthenticationSASLContinue'; readonly data: Uint8Array }
  | { readonly type: 'AuthenticationSASLFinal'; readonly data: Uint8Array }

/** Byte ranges in a decoded message are views: they live as long as its bytes. */
export const Authentication: Codec<Authentication> = {
  tag: 0x52, // 'R'
  decode: (body) => decodeForm(body.int32(), body),
  encode: (message, body) => {
    body.int32(FORMS[message.type])
    encodeForm(message, body)
  },
}

function decodeForm(form: number, body: Reader): Authentication {
  switch (form) {
    case FORMS.AuthenticationOk:
      return { type: 'AuthenticationOk' }
    case FORMS.AuthenticationKerberosV5:
      return { type: 'AuthenticationKerberosV5' }
    case FORMS.AuthenticationCleartextPassword:
      return { type: 'AuthenticationCleartextPassword' }
    case FORMS.AuthenticationMD5Password:
      return { type: 'AuthenticationMD5Password', salt: body.bytes(MD5_SALT_BYTES) }
    case FORMS.AuthenticationGSS:
      return { type: 'AuthenticationGSS' }
    case FORMS.AuthenticationGSSContinue:
      return { type: 'AuthenticationGSSContinue', data: body.rest() }
    case FORMS.AuthenticationSSPI:
      return { type: 'AuthenticationSSPI' }
    case FORMS.AuthenticationSASL:
      return { type: 'AuthenticationSASL', mechanisms: readMechanisms(body) }
    case FORMS.AuthenticationSASLContinue:
      return { type: 'AuthenticationSASLContinue', data: body.rest() }
    case FORMS.AuthenticationSASLFinal:
      return { type: 'AuthenticationSASLFinal', data: body.rest() }
    default:
      throw new MalformedMessageError('backend', `${form} is no known form of authentication`)
  }
}

function encodeForm(message: Authentication, body: Writer): void {
  switch (message.type) {
    case 'AuthenticationMD5Password':
      if (message.salt.length !== MD5_SALT_BYTES) {
        throw new MalformedMessageError('local', `A salt cannot have ${message.salt.length} bytes`)
      }
      body.bytes(message.salt)
      break
    case 'AuthenticationSASL':
      for (const mechanism of message.mechanisms) body.cstring(mechanism)
      body.uint8(0)
      break
    case 'AuthenticationGSSContinue':
    case 'AuthenticationSASLContinue':
    case 'AuthenticationSASLFinal':
      body.bytes(message.data)
      break
    case 'AuthenticationOk':
    case 'AuthenticationKerberosV5':
    case 'AuthenticationCleartextPassword':
    case 'AuthenticationGSS':
    case 'AuthenticationSSPI':
  }
}

/** Reads names up to an empty one. */
function readMechanisms(body: Reader): string[] {
  const mechanisms: string[] = []
  for (let name = body.cstring(); name !== ''; name = body.cstring()) mechanisms.push(name)
  return mechanisms
}

// AUTH_REQ_* of libpq/protocol.h.
const FORMS: Readonly<Record<Authentication['type'], number>> = {
  AuthenticationOk: 0,
  AuthenticationKerberosV5: 2,
  AuthenticationCleartextPassword: 3,
  AuthenticationMD5Password: 5,
  AuthenticationGSS: 7,
  AuthenticationGSSContinue: 8,
  AuthenticationSSPI: 9,
  AuthenticationSASL: 10,
  AuthenticationSASLContinue: 11,
  AuthenticationSASLFinal: 12,
}
const MD5_SALT_BYTES = 4
