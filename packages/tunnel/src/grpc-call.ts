import { constants } from 'node:http2'
import type { Http2Session, Http2Stream } from 'node:http2'
import type { Call, CallEnd, CallHandlers } from './call.ts'
import { MessageDecoder, PREFIX_BYTES, writePrefix } from './message-framing.ts'
import type { TunnelLimits } from './settings.ts'

// One gRPC call on one HTTP/2 stream, as far as both sides are the same.
//
// Theory of operation. What waits to be sent is the stream's own write queue, bounded by `sendBufferBytes`: beyond it `write` answers false, and
// onDrain follows when the queue is empty. What was received waits in the stream, bounded by its flow-control window, and up to one chunk
// of it in the decoder: pausing stops delivery between two messages. A call closes once: orderly, behind the last message delivered, or at
// once when it was cut.

/** The part of a call that does not depend on the side; `stream` is the Node stream. */
export class GrpcCall implements Call {
  readonly peer: string
  readonly #stream: Http2Stream
  readonly #session: Http2Session | undefined
  readonly #sendBufferBytes: number
  readonly #decoder: MessageDecoder
  #handlers: CallHandlers | undefined
  #paused = false
  #congested = false
  #cancelled = false
  // How it will have ended once everything is delivered.
  #ending: CallEnd | undefined
  #ended: CallEnd | undefined

  constructor(stream: Http2Stream, peer: string, limits: TunnelLimits) {
    this.peer = peer
    this.#stream = stream
    this.#session = stream.session
    this.#sendBufferBytes = limits.sendBufferBytes
    this.#decoder = new MessageDecoder(limits.maxMessageBytes, (head, length) => this.#handlers?.headOf?.(head, length))
    // What there is to know about an error, `close` tells, too.
    stream.on('error', () => {})
    stream.on('drain', () => {
      // Node's own mark is lower than ours.
      if (!this.#congested) return
      this.#congested = false
      if (this.#ended === undefined) this.#handlers?.onDrain()
    })
  }

  handle(handlers: CallHandlers): void {
    this.#handlers = handlers
    if (this.#ended !== undefined) {
      const ended = this.#ended
      process.nextTick(() => handlers.onClosed(ended))
      return
    }
    this.#stream.on('data', (chunk: Uint8Array) => {
      this.#decoder.push(chunk)
      this.#deliver()
    })
  }

  write(parts: readonly Uint8Array[]): boolean {
    const stream = this.#stream
    if (this.#cancelled || stream.closed || stream.destroyed || stream.writableEnded) return false
    let length = 0
    for (const part of parts) length += part.length
    if (length <= COPY_BYTES) stream.write(joined(parts, length))
    else writeAll(stream, parts, length)
    // Only a stream that says so itself will report that it has drained.
    if (stream.writableLength >= this.#sendBufferBytes && stream.writableNeedDrain) this.#congested = true
    return !this.#congested
  }

  pause(): void {
    this.#paused = true
    this.#stream.pause()
  }

  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    process.nextTick(() => {
      if (this.#paused) return
      this.#deliver()
      if (!this.#paused) this.#stream.resume()
    })
  }

  end(onFlushed?: () => void): void {
    if (onFlushed !== undefined) this.#stream.once('finish', onFlushed)
    this.#stream.end()
  }

  cancel(): void {
    if (this.#cancelled) return
    this.#cancelled = true
    // Nobody reads it any more; unread bytes would hold its window and its memory.
    this.#stream.resume()
    // Never from inside an event of the connection: nghttp2 is then in the middle of reading, and Node's forced flush may not end.
    setImmediate(() => this.#stream.close(constants.NGHTTP2_CANCEL))
  }

  drop(): void {
    this.cancel()
    setImmediate(() => this.#session?.destroy())
  }

  /** True when the connection underneath is gone. */
  get lost(): boolean {
    return this.#session === undefined || this.#session.destroyed
  }

  /** The peer has ended orderly: reported once everything is delivered. */
  finish(end: CallEnd): void {
    this.#ending ??= end
    this.#deliver()
  }

  /** Reports the end now. */
  close(end: CallEnd): void {
    if (this.#ended !== undefined) return
    this.#ended = end
    this.#handlers?.onClosed(end)
  }

  #deliver(): void {
    if (this.#handlers === undefined) return
    while (!this.#paused && this.#ended === undefined) {
      const message = this.#decoder.next()
      if (typeof message !== 'string') {
        if (this.#decoder.isPart) this.#handlers.onPart?.(message)
        else this.#handlers.onMessage(message)
        continue
      }
      if (message === 'more') {
        if (this.#ending !== undefined) this.close(this.#ending)
        return
      }
      this.close(message === 'too-large' ? TOO_LARGE : COMPRESSED)
      this.cancel()
    }
  }
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const out = Buffer.allocUnsafe(PREFIX_BYTES + length)
  writePrefix(out, length)
  let at = PREFIX_BYTES
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

// Corked, the parts reach the socket in one go without having been copied.
function writeAll(stream: Http2Stream, parts: readonly Uint8Array[], length: number): void {
  const prefix = Buffer.allocUnsafe(PREFIX_BYTES)
  writePrefix(prefix, length)
  stream.cork()
  stream.write(prefix)
  for (const part of parts) stream.write(part)
  stream.uncork()
}

// Up to here one copy costs less than several writes.
const COPY_BYTES = 4 * 1024
const TOO_LARGE: CallEnd = { code: 'too-large', message: 'a message is larger than maxMessageBytes' }
const COMPRESSED: CallEnd = { code: 'broken', message: 'a message is compressed, which was not agreed on' }
