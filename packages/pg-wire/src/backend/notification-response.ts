import type { Codec } from '../codec.ts'

/** NotificationResponse (B) is a NOTIFY for a channel the session listens on. Spec: protocol-message-formats, "NotificationResponse". */
export interface NotificationResponse {
  readonly type: 'NotificationResponse'
  /** The process that notified. */
  readonly processId: number
  readonly channel: string
  readonly payload: string
}

export const NotificationResponse: Codec<NotificationResponse> = {
  tag: 0x41, // 'A'
  decode: (body) => ({
    type: 'NotificationResponse',
    processId: body.int32(),
    channel: body.cstring(),
    payload: body.cstring(),
  }),
  encode: (message, body) => {
    body.int32(message.processId).cstring(message.channel).cstring(message.payload)
  },
}
