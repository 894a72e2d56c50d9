import { type Capabilities, CLIENT, commonCapabilities, has, REQUIRED } from './capabilities.ts'
import type { ErrPacket } from './backend/err-packet.ts'
import type { Attribute } from './frontend/connect-attributes.ts'
import type { HandshakeResponse } from './frontend/handshake-response.ts'

/** What a client asked for in its HandshakeResponse41, checked. */
export interface StartupRequest {
  readonly user: string
  /** '' when the client named none. */
  readonly schema: string
  /** What the session speaks: offered, and wanted. */
  readonly capabilities: Capabilities
  readonly characterSet: number
  readonly attributes: readonly Attribute[]
  /** How the session goes on behind the OK; `level` is the client's wish for zstd. */
  readonly compression: { readonly algorithm: 'none' | 'zlib' } | { readonly algorithm: 'zstd'; readonly level: number }
}

/** Checks what a client asked for; an ERR packet when the session cannot begin so. */
export function readStartup(asked: HandshakeResponse, offered: Capabilities): StartupRequest | ErrPacket {
  const capabilities = commonCapabilities(asked.capabilities, offered)
  if ((capabilities.flags & REQUIRED) !== REQUIRED) return refusal(1043, '08S01', 'Bad handshake')
  // INVARIANT: a name never means another one. It is not cut, and it has nothing in it that nobody would see.
  if (!isName(asked.user) || asked.user === '')
    return refusal(1045, '28000', 'Access denied: no user, or none that can be')
  if (!isName(asked.schema)) return refusal(1049, '42000', 'Unknown database')
  const zlib = has(capabilities, CLIENT.COMPRESS)
  const zstd = has(capabilities, CLIENT.ZSTD_COMPRESSION_ALGORITHM) && !zlib
  if (zstd && (asked.zstdLevel < 1 || asked.zstdLevel > MAX_ZSTD_LEVEL)) {
    return refusal(1043, '08S01', 'Bad handshake: no such compression level')
  }
  const { user, schema, characterSet, attributes } = asked
  const compression = zstd
    ? ({ algorithm: 'zstd', level: asked.zstdLevel } as const)
    : ({ algorithm: zlib ? 'zlib' : 'none' } as const)
  return { user, schema, capabilities, characterSet, attributes, compression }
}

/** True when `readStartup` refused. */
export function isStartupRefusal(result: StartupRequest | ErrPacket): result is ErrPacket {
  return 'sqlState' in result
}

export function refusal(errorCode: number, sqlState: string, message: string): ErrPacket {
  return { type: 'ERR', errorCode, sqlState, message }
}

function isName(text: string): boolean {
  return text.length <= MAX_NAME_LENGTH && !/\p{Cc}/u.test(text)
}

/** Longer than any name of a user (32) or a schema (64) of a server: the user names a connection here. */
const MAX_NAME_LENGTH = 255
const MAX_ZSTD_LEVEL = 22
