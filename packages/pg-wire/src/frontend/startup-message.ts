import type { Reader, Writer } from '@sallyport/bytes'

/** StartupMessage (F) opens a session; it has no type byte. Spec: protocol-message-formats, "StartupMessage". */
export interface StartupMessage {
  readonly type: 'StartupMessage'
  /** The protocol's version: 3. */
  readonly major: number
  /** 0 or 2; others are negotiated down. */
  readonly minor: number
  /** Names and values in the order sent; names may repeat, and the last one counts. */
  readonly parameters: readonly StartupParameter[]
}

export interface StartupParameter {
  readonly name: string
  readonly value: string
}

/** Reads what follows the version. */
export function decodeStartupMessage(version: number, body: Reader): StartupMessage {
  const parameters: StartupParameter[] = []
  for (let name = body.cstring(); name !== ''; name = body.cstring()) parameters.push({ name, value: body.cstring() })
  return { type: 'StartupMessage', major: version >>> 16, minor: version & 0xffff, parameters }
}

/** Writes the version and what follows it. */
export function encodeStartupMessage(message: StartupMessage, body: Writer): void {
  body.uint16(message.major).uint16(message.minor)
  for (const { name, value } of message.parameters) body.cstring(name).cstring(value)
  body.uint8(0)
}
