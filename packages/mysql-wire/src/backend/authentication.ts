import type { Codec } from '../codec.ts'
import { readHeader } from './header.ts'

/** The server wants another authentication plug-in. Spec: page_protocol_connection_phase_packets_protocol_auth_switch_request. */
export interface AuthSwitchRequest {
  readonly type: 'AuthSwitchRequest'
  /** '' for the request of servers before 4.1, which is refused. */
  readonly plugin: string
  /** For most plug-ins a nonce of 20 bytes and a NUL. A view of the packet. */
  readonly data: Uint8Array
}

/** A plug-in's own message to its other half. Spec: page_protocol_connection_phase_packets_protocol_auth_more_data. */
export interface AuthMoreData {
  readonly type: 'AuthMoreData'
  readonly data: Uint8Array
}

export const AuthSwitchRequest: Codec<AuthSwitchRequest> = {
  decode: (body) => {
    readHeader(body, 0xfe)
    if (body.remaining === 0) return { type: 'AuthSwitchRequest', plugin: '', data: body.rest() }
    return { type: 'AuthSwitchRequest', plugin: body.cstring(), data: body.rest() }
  },
  encode: (message, body) => {
    body.uint8(0xfe)
    if (message.plugin !== '' || message.data.length > 0) body.cstring(message.plugin).bytes(message.data)
  },
}

export const AuthMoreData: Codec<AuthMoreData> = {
  decode: (body) => {
    readHeader(body, 0x01)
    return { type: 'AuthMoreData', data: body.rest() }
  },
  encode: (message, body) => {
    body.uint8(0x01).bytes(message.data)
  },
}
