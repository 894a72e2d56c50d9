import type { Socket } from 'node:net'
import { TLSSocket, type SecureContext } from 'node:tls'
import {
  ALPN_PROTOCOL,
  MalformedMessageError,
  MessageReader,
  STARTUP_BEGIN,
  StartupPacketReader,
  decodeFrontend,
  decodeStartupPacket,
  isDirectTls,
  stepStartup,
  type StartupEffect,
  type StartupEvent,
  type StartupOptions,
  type StartupRefusal,
  type StartupRequest,
  type StartupState,
} from '@sallyport/pg-wire'
import { readChunk } from '../read-chunk.ts'
import { upgradeTls } from '../upgrade-tls.ts'

export interface StartupPort {
  readonly options: StartupOptions
  /** The certificate in force now; undefined when the gateway has none. */
  readonly secureContext: () => SecureContext | undefined
  readonly cancel: (processId: number, secretKey: Uint8Array) => void
  /** The client broke the protocol: for the log and the counters. */
  readonly violation: (reason: string) => void
}

/** A client that has said what it wants and shown a password; nobody has checked it yet. */
export interface StartedClient {
  /** The socket to go on with, which is a TLSSocket once encrypted. */
  readonly socket: Socket
  readonly encrypted: boolean
  readonly request: StartupRequest
  readonly password: string
  /** Bytes that came behind the password. */
  readonly rest: Uint8Array
  /** Tells the client why it gets no session, and ends the connection. */
  readonly refuse: (refusal: StartupRefusal) => void
}

/**
 * Performs what the startup machine asks for on a fresh connection. Resolves to the client once it has shown a password; to undefined when
 * the connection ended before, by either side. Rejects when the signal aborts or the socket fails; the caller destroys the socket then.
 */
export async function receiveStartup(
  accepted: Socket,
  port: StartupPort,
  signal: AbortSignal,
): Promise<StartedClient | undefined> {
  const packets = new StartupPacketReader()
  let messages: MessageReader | undefined
  let socket = accepted
  let state: StartupState = STARTUP_BEGIN
  let request: StartupRequest | undefined
  let password: string | undefined

  const perform = async (effect: StartupEffect): Promise<void> => {
    switch (effect.type) {
      case 'send':
        socket.write(effect.bytes)
        return
      case 'upgradeTls':
        socket = await upgradeTls(socket, port.secureContext(), [ALPN_PROTOCOL], signal)
        return step({ type: 'TlsEstablished', alpn: alpnOf(socket) })
      case 'startup':
        request = effect.request
        messages = new MessageReader({ maxMessageBytes: MAX_LOGIN_MESSAGE_BYTES })
        messages.push(packets.takeBuffered())
        return
      case 'authenticate':
        password = effect.password
        return
      case 'cancel':
        port.cancel(effect.processId, effect.secretKey)
        return
      case 'violation':
        port.violation(effect.reason)
        return
      case 'close':
        socket.end()
        return
    }
  }
  const step = async (event: StartupEvent): Promise<void> => {
    const next = stepStartup(state, event, port.options)
    state = next.state
    for (const effect of next.effects) await perform(effect)
  }

  let first = true
  while (state.phase !== 'Closed') {
    const event = nextEvent(packets, messages)
    if (event !== undefined) {
      await step(event)
      if (request !== undefined && password !== undefined) {
        const refuse = (refusal: StartupRefusal): void => void step({ type: 'Refused', refusal })
        const rest = messages?.takeBuffered() ?? new Uint8Array()
        return { socket, encrypted: state.encrypted, request, password, rest, refuse }
      }
      continue
    }
    const chunk = await readChunk(socket, signal)
    if (chunk === undefined) return undefined
    if (first && isDirectTls(chunk[0] ?? 0)) {
      socket.unshift(chunk)
      await step({ type: 'DirectTls' })
    } else (messages ?? packets).push(chunk)
    first = false
  }
  return undefined
}

function nextEvent(packets: StartupPacketReader, messages: MessageReader | undefined): StartupEvent | undefined {
  if (messages === undefined) {
    const body = packets.next()
    if (body === undefined) return undefined
    const packet = decodeStartupPacket(body)
    const leftover = packets.bufferedBytes > 0
    return packet.type === 'SSLRequest' || packet.type === 'GSSENCRequest' ? { type: packet.type, leftover } : packet
  }
  const raw = messages.next()
  if (raw === undefined) return undefined
  const message = decodeFrontend(raw, 'PasswordMessage')
  if (message.type === 'PasswordMessage' || message.type === 'Terminate') return message
  throw new MalformedMessageError('frontend', `${message.type} came before the password`)
}

function alpnOf(socket: Socket): string | undefined {
  const alpn = socket instanceof TLSSocket ? socket.alpnProtocol : false
  return typeof alpn === 'string' ? alpn : undefined
}

/** Room for a long token; nothing else is said before the session begins. */
const MAX_LOGIN_MESSAGE_BYTES = 64 * 1024
