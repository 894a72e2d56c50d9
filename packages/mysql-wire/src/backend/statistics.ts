import type { Codec } from '../codec.ts'

/** The answer to COM_STATISTICS: one line for people, and no header at all. Spec: page_protocol_com_statistics. */
export interface Statistics {
  readonly type: 'Statistics'
  readonly text: string
}

export const Statistics: Codec<Statistics> = {
  decode: (body) => ({ type: 'Statistics', text: body.utf8(body.remaining) }),
  encode: (message, body) => {
    body.utf8(message.text)
  },
}
