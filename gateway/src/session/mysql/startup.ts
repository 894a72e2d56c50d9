import type { Socket } from 'node:net'
import type { SecureContext } from 'node:tls'
import {
  beginStartup,
  PacketReader,
  stepStartup,
  type ErrPacket,
  type Greeting,
  type StartupEffect,
  type StartupEvent,
  type StartupOptions,
  type StartupRequest,
  type StartupState,
  type StartupStep,
} from '@sallyport/mysql-wire'
import { readChunk } from '../read-chunk.ts'
import { upgradeTls } from '../upgrade-tls.ts'

export interface StartupPort {
  readonly greeting: Greeting
  readonly options: StartupOptions
  /** The certificate in force now; undefined when the gateway has none. */
  readonly secureContext: () => SecureContext | undefined
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
  /** Tells the client that its session is ready, and stands as the server says (`SERVER_STATUS`, and the session state of its OK). */
  readonly welcome: (status: number, sessionState: Uint8Array | undefined) => void
  /** Tells the client why it gets no session, and ends the connection. */
  readonly refuse: (error: ErrPacket) => void
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
  let reader = new PacketReader({ maxMessageBytes: MAX_LOGIN_MESSAGE_BYTES })
  let socket = accepted
  let request: StartupRequest | undefined
  let password: string | undefined
  let state: StartupState

  const perform = async (effect: StartupEffect): Promise<void> => {
    switch (effect.type) {
      case 'send':
        socket.write(effect.bytes)
        return
      case 'upgradeTls':
        // The client does not wait for a word before it speaks TLS: what came behind its request is the beginning of that, and is read as nothing else.
        if (reader.bufferedBytes > 0) socket.unshift(reader.takeBuffered())
        reader = new PacketReader({ maxMessageBytes: MAX_LOGIN_MESSAGE_BYTES })
        socket = await upgradeTls(socket, port.secureContext(), [], signal)
        return take({ type: 'TlsEstablished' })
      case 'startup':
        request = effect.request
        return
      case 'authenticate':
        password = effect.password
        return
      case 'violation':
        port.violation(effect.reason)
        return
      case 'close':
        socket.end()
        return
    }
  }
  const enter = async (step: StartupStep): Promise<void> => {
    state = step.state
    for (const effect of step.effects) await perform(effect)
  }
  const take = (event: StartupEvent): Promise<void> => enter(stepStartup(state, event, port.options))

  const begun = beginStartup(port.greeting, port.options)
  state = begun.state
  await enter(begun)
  while (state.phase !== 'Closed') {
    const raw = reader.next()
    if (raw === undefined) {
      const chunk = await readChunk(socket, signal)
      if (chunk === undefined) return undefined
      reader.push(chunk)
      continue
    }
    await take({ type: 'Packet', raw, leftover: false })
    if (request === undefined || password === undefined) continue
    return {
      socket,
      encrypted: state.encrypted,
      request,
      password,
      rest: reader.takeBuffered(),
      welcome: (status, sessionState) => void take({ type: 'Authenticated', status, sessionState }),
      refuse: (error) => void take({ type: 'Refused', error }),
    }
  }
  return undefined
}

/** Room for a long token and connection attributes; nothing else is said before the session begins. */
const MAX_LOGIN_MESSAGE_BYTES = 128 * 1024
