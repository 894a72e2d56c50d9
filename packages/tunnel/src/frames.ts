import type { Call, CallEnd } from './call.ts'
import { ProtocolViolationError } from './errors.ts'
import { ControlFrame } from './messages.ts'
import { varint } from './protobuf.ts'
import { CLOSE_CODES } from './session.ts'
import type { CloseCode, CloseReason } from './session.ts'
import type { TunnelLimits } from './settings.ts'

// One session's stream, the same for both sides.
//
// Theory of operation. `send` collects the chunks of one event-loop turn and writes them as one SessionFrame, whose protobuf is a tag, a
// length and the bytes: written and read by hand here, because this is the path of every row. Any other frame goes through
// ControlFrame, behind the data sent before it. The stream ends by a Close frame from either side: who receives it answers by ending its
// own direction. Behind `end` the sender waits `endTimeoutMs` for that, because the reader may be slow; behind `destroy` it does not
// wait. A call that ends without Close has been cut.

export interface FrameHandlers {
  readonly onData: (chunk: Uint8Array) => void
  readonly onFrame: (frame: Exclude<ControlFrame, { type: 'close' }>) => void
  readonly onDrain: () => void
  /** Exactly once, and nothing after it. */
  readonly onClosed: (reason: CloseReason) => void
}

/** Frames both ways over one call. */
export class FrameStream {
  readonly #call: Call
  readonly #limits: TunnelLimits
  readonly #lostCode: CloseCode
  readonly #handlers: FrameHandlers
  readonly #flushSoon = (): void => this.#flush()
  #pending: Uint8Array[] = []
  #pendingBytes = 0
  #congested = false
  #phase: 'open' | 'ending' | 'closed' = 'open'
  #closed: CloseReason | undefined
  #timer: NodeJS.Timeout | undefined

  /** `lostCode` is what a cut connection is called on this side. */
  constructor(call: Call, limits: TunnelLimits, lostCode: 'agent-lost' | 'gateway-lost', handlers: FrameHandlers) {
    this.#call = call
    this.#limits = limits
    this.#lostCode = lostCode
    this.#handlers = handlers
    call.handle({
      onMessage: (message) => this.#receive(message),
      headOf: (head, length) => this.#headOf(head, length),
      onPart: (bytes) => this.#receivePart(bytes),
      onDrain: () => this.#drained(),
      onClosed: (end) => this.#callClosed(end),
    })
  }

  get closed(): CloseReason | undefined {
    return this.#closed
  }

  send(data: Uint8Array): boolean {
    if (this.#phase !== 'open') return false
    const { maxFrameBytes } = this.#limits
    if (this.#pendingBytes + data.length > maxFrameBytes) this.#flush()
    let rest = data
    for (; rest.length > maxFrameBytes; rest = rest.subarray(maxFrameBytes)) {
      this.#writeData([rest.subarray(0, maxFrameBytes)], maxFrameBytes)
    }
    if (rest.length > 0) {
      if (this.#pendingBytes === 0) process.nextTick(this.#flushSoon)
      this.#pending.push(rest)
      this.#pendingBytes += rest.length
    }
    return !this.#congested
  }

  control(frame: ControlFrame): boolean {
    if (this.#phase !== 'open') return false
    this.#flush()
    this.#write([ControlFrame.encode(frame)])
    return !this.#congested
  }

  pause(): void {
    if (this.#closed === undefined) this.#call.pause()
  }

  resume(): void {
    if (this.#closed === undefined) this.#call.resume()
  }

  end(): void {
    if (this.#phase !== 'open') return
    this.control({ type: 'close', code: 'ended', message: '' })
    this.#phase = 'ending'
    this.#call.end()
    // A long time: to cut the stream takes from a slow reader what it has not read yet.
    this.#timer = setTimeout(() => this.destroy('aborted', 'the peer did not read the rest'), this.#limits.endTimeoutMs)
    // What the peer still sends is dropped, and must not keep it from ending.
    this.#call.resume()
  }

  destroy(code: CloseCode, message: string): void {
    if (this.#closed !== undefined) return
    const congested = this.#congested
    this.#pending = []
    this.#pendingBytes = 0
    if (this.#phase === 'open' && !congested) {
      this.control({ type: 'close', code, message })
      // Who reads has then seen Close; who does not is cut.
      this.#call.end(() => this.#call.cancel())
      this.#call.resume()
      this.#cutLater()
    } else {
      // A Close would wait behind what the peer does not read.
      clearTimeout(this.#timer)
      this.#call.cancel()
    }
    this.#close({ code, message, by: 'local' })
  }

  /** The connection underneath is gone. */
  lose(code: CloseCode, message: string): void {
    if (this.#closed !== undefined) return
    this.#call.cancel()
    this.#close({ code, message, by: 'connection' })
  }

  #flush(): void {
    if (this.#pendingBytes === 0) return
    const chunks = this.#pending
    const length = this.#pendingBytes
    this.#pending = []
    this.#pendingBytes = 0
    this.#writeData(chunks, length)
  }

  #writeData(chunks: readonly Uint8Array[], length: number): void {
    this.#write([dataHeader(length), ...chunks])
  }

  #write(parts: readonly Uint8Array[]): void {
    if (!this.#call.write(parts)) this.#congested = true
  }

  #drained(): void {
    this.#congested = false
    if (this.#phase === 'open') this.#handlers.onDrain()
  }

  #receive(message: Uint8Array): void {
    if (this.#phase !== 'open') return this.#receiveEnding(message)
    try {
      const data = decodeData(message)
      if (data?.length === 0) return
      if (data !== undefined) return this.#handlers.onData(data)
      const frame = ControlFrame.decode(message)
      if (frame.type !== 'close') return this.#handlers.onFrame(frame)
      this.#peerClosed(frame.code, frame.message)
    } catch (error) {
      if (!(error instanceof ProtocolViolationError)) throw error
      this.destroy('protocol-violation', error.message)
    }
  }

  /** Data passes as it comes, in parts; every other frame is read whole. */
  #headOf(head: Uint8Array, length: number): number | undefined {
    try {
      return dataHead(head, length)
    } catch {
      // Read whole, it is refused.
      return undefined
    }
  }

  #receivePart(bytes: Uint8Array): void {
    if (this.#phase === 'open') this.#handlers.onData(bytes)
  }

  // Both may have closed at once: then the peer's Close is the end, and its data is nobody's.
  #receiveEnding(message: Uint8Array): void {
    if (this.#phase === 'ending' && message[0] !== DATA_TAG) this.#cutLater()
  }

  #peerClosed(code: string, message: string): void {
    this.#call.end()
    this.#cutLater()
    const known = CLOSE_CODES.find((one) => one === code) ?? 'aborted'
    this.#close({ code: known, message: message.slice(0, MAX_REASON_CHARACTERS), by: 'remote' })
  }

  #callClosed(end: CallEnd): void {
    clearTimeout(this.#timer)
    if (this.#closed !== undefined) return
    if (this.#phase === 'ending' && end.code !== 'lost') return this.#close({ code: 'ended', message: '', by: 'local' })
    switch (end.code) {
      case 'too-large':
        this.#call.cancel()
        return this.#close({ code: 'message-too-large', message: end.message, by: 'remote' })
      case 'broken':
        return this.#close({ code: 'protocol-violation', message: end.message, by: 'remote' })
      case 'ended':
      case 'cancelled':
        this.#call.cancel()
        return this.#close({ code: 'aborted', message: end.message, by: 'remote' })
      case 'refused':
      case 'lost':
        return this.#close({ code: this.#lostCode, message: end.message, by: 'connection' })
    }
  }

  #close(reason: CloseReason): void {
    this.#phase = 'closed'
    this.#closed = reason
    this.#pending = []
    this.#pendingBytes = 0
    this.#handlers.onClosed(reason)
  }

  #cutLater(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#call.cancel()
      this.#callClosed({ code: 'cancelled', message: 'the peer did not end its side' })
    }, this.#limits.closeTimeoutMs)
  }
}

/** The bytes before the data of a frame: SessionFrame.data is field 1, length-delimited. */
export function dataHeader(length: number): Uint8Array {
  const size = varint(length)
  const header = new Uint8Array(1 + size.length)
  header[0] = DATA_TAG
  header.set(size, 1)
  return header
}

/** The data of a frame that is nothing but data; undefined for any other kind. @throws ProtocolViolationError. */
export function decodeData(message: Uint8Array): Uint8Array | undefined {
  const head = dataHead(message, message.length)
  return head === undefined ? undefined : message.subarray(head)
}

/** How many bytes stand before the data of a frame of `total` bytes; undefined for any other kind. @throws ProtocolViolationError. */
function dataHead(message: Uint8Array, total: number): number | undefined {
  if (message[0] !== DATA_TAG) return undefined
  let length = 0
  let at = 1
  for (let scale = 1; ; scale *= 0x80) {
    const byte = message[at++]
    if (byte === undefined || at > 6) throw new ProtocolViolationError('the length of a data frame is malformed')
    length += (byte & 0x7f) * scale
    if (byte < 0x80) break
  }
  if (length !== total - at) throw new ProtocolViolationError('a data frame is not as long as it says')
  return at
}

// SessionFrame.data: field 1, length-delimited.
const DATA_TAG = 0x0a
// A peer's words go to logs.
const MAX_REASON_CHARACTERS = 300
