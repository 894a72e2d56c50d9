import type { Codec } from '../codec.ts'
import { type NoticeField, readNoticeFields, writeNoticeFields } from './notice-fields.ts'

/** ErrorResponse (B) says that a message failed. Spec: protocol-message-formats, "ErrorResponse". */
export interface ErrorResponse {
  readonly type: 'ErrorResponse'
  /** Every field in the order sent, unknown ones included. */
  readonly fields: readonly NoticeField[]
}

export const ErrorResponse: Codec<ErrorResponse> = {
  tag: 0x45, // 'E'
  decode: (body) => ({ type: 'ErrorResponse', fields: readNoticeFields(body) }),
  encode: (message, body) => {
    writeNoticeFields(body, message.fields)
  },
}
