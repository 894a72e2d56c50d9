import type { Codec } from '../codec.ts'
import { type NoticeField, readNoticeFields, writeNoticeFields } from './notice-fields.ts'

/** NoticeResponse (B) is a warning or other remark, at any time. Spec: protocol-message-formats, "NoticeResponse". */
export interface NoticeResponse {
  readonly type: 'NoticeResponse'
  /** Every field in the order sent, unknown ones included. */
  readonly fields: readonly NoticeField[]
}

export const NoticeResponse: Codec<NoticeResponse> = {
  tag: 0x4e, // 'N'
  decode: (body) => ({ type: 'NoticeResponse', fields: readNoticeFields(body) }),
  encode: (message, body) => {
    writeNoticeFields(body, message.fields)
  },
}
