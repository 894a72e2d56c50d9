import { BytesError } from '@sallyport/bytes'
import { type Capabilities, CLIENT } from '../capabilities.ts'
import type { Codec } from '../codec.ts'

/** Protocol::HandshakeV10, the first packet of a server. Spec: page_protocol_connection_phase_packets_protocol_handshake_v10. */
export interface Handshake {
  readonly type: 'HandshakeV10'
  readonly serverVersion: string
  readonly connectionId: number
  /** What the server speaks; `extended` is 0 unless it is MariaDB. */
  readonly capabilities: Capabilities
  /** The default collation's number, its low 8 bits. */
  readonly characterSet: number
  readonly status: number
  /** The nonce of the authentication plug-in: 20 bytes as a rule. */
  readonly authData: Uint8Array
  /** '' when the server does not name one. */
  readonly plugin: string
}

// The session's capabilities are not agreed on yet: the packet brings its own.
export const Handshake: Codec<Handshake> = {
  decode: (body) => {
    const version = body.uint8()
    if (version !== PROTOCOL_VERSION) throw new BytesError('out-of-range', `Protocol version ${version} is not spoken`)
    const serverVersion = body.cstring()
    const connectionId = body.uint32Le()
    const first = body.bytes(8)
    body.skip(1)
    const low = body.uint16Le()
    const characterSet = body.uint8()
    const status = body.uint16Le()
    const flags = (low | (body.uint16Le() << 16)) >>> 0
    const authLength = body.uint8()
    body.skip(6)
    const extension = body.uint32Le()
    const extended = (flags & CLIENT.LONG_PASSWORD) === 0 ? extension : 0
    const second = (flags & CLIENT.SECURE_CONNECTION) === 0 ? NOTHING : body.bytes(Math.max(13, authLength - 8))
    // The nonce ends in a NUL that belongs to nobody.
    const nonce = second.at(-1) === 0 ? second.subarray(0, -1) : second
    const plugin = (flags & CLIENT.PLUGIN_AUTH) === 0 ? '' : body.cstring()
    const authData = new Uint8Array(first.length + nonce.length)
    authData.set(first)
    authData.set(nonce, first.length)
    return {
      type: 'HandshakeV10',
      serverVersion,
      connectionId,
      capabilities: { flags, extended },
      characterSet,
      status,
      authData,
      plugin,
    }
  },
  encode: (message, body) => {
    const { flags, extended } = message.capabilities
    const mariadb = (flags & CLIENT.LONG_PASSWORD) === 0
    body.uint8(PROTOCOL_VERSION).cstring(message.serverVersion).uint32Le(message.connectionId)
    body.bytes(message.authData.subarray(0, 8)).uint8(0)
    body
      .uint16Le(flags & 0xffff)
      .uint8(message.characterSet)
      .uint16Le(message.status)
      .uint16Le(flags >>> 16)
    body.uint8((flags & CLIENT.PLUGIN_AUTH) === 0 ? 0 : message.authData.length + 1)
    body.zeros(6).uint32Le(mariadb ? extended : 0)
    if ((flags & CLIENT.SECURE_CONNECTION) !== 0) {
      const second = message.authData.subarray(8)
      body.bytes(second).zeros(Math.max(1, 13 - second.length))
    }
    if ((flags & CLIENT.PLUGIN_AUTH) !== 0) body.cstring(message.plugin)
  },
}

const PROTOCOL_VERSION = 10
const NOTHING: Uint8Array = new Uint8Array(0)
