import type { Codec } from '../codec.ts'

/** ParameterStatus (B) reports a setting, at the start and whenever it changes. Spec: protocol-message-formats, "ParameterStatus". */
export interface ParameterStatus {
  readonly type: 'ParameterStatus'
  readonly name: string
  readonly value: string
}

export const ParameterStatus: Codec<ParameterStatus> = {
  tag: 0x53, // 'S'
  decode: (body) => ({ type: 'ParameterStatus', name: body.cstring(), value: body.cstring() }),
  encode: (message, body) => {
    body.cstring(message.name).cstring(message.value)
  },
}
