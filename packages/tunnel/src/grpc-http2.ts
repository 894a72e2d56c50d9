import type { SessionOptions } from 'node:http2'
import type { Method } from './call.ts'
import type { TunnelLimits } from './settings.ts'

// The words of gRPC over HTTP/2 that both sides use. Spec: grpc/grpc doc/PROTOCOL-HTTP2.md; the service is proto/tunnel/v1/tunnel.proto.

export const CONTENT_TYPE = 'application/grpc+proto'

/** The request's path of each method. */
export const PATHS: Readonly<Record<Method, string>> = {
  Attach: '/sallyport.tunnel.v1.Tunnel/Attach',
  Session: '/sallyport.tunnel.v1.Tunnel/Session',
}

/** Status codes that this tunnel sends or tells apart. Spec: grpc/grpc doc/statuscodes.md. */
export const STATUS = { ok: '0', unimplemented: '12', unavailable: '14', unauthenticated: '16' } as const

/** Options of an HTTP/2 session, for either side. */
export function sessionOptions(limits: TunnelLimits, maxConcurrentStreams: number): SessionOptions {
  return {
    settings: {
      initialWindowSize: limits.sessionWindowBytes,
      maxFrameSize: MAX_HTTP2_FRAME_BYTES,
      maxHeaderListSize: MAX_HEADER_BYTES,
      maxConcurrentStreams,
      enablePush: false,
    },
    // In units of 1 MB. Node refuses streams beyond it; what it counts is bounded by stream already.
    maxSessionMemory:
      Math.ceil((limits.maxSessionsPerAgent * (limits.sendBufferBytes + limits.sessionWindowBytes)) / 1_000_000) + 10,
  }
}

// Four times the default: fewer headers and chunks, and one session still keeps another waiting for no longer than this takes.
const MAX_HTTP2_FRAME_BYTES = 64 * 1024
// A token is at most a few kilobytes.
const MAX_HEADER_BYTES = 32 * 1024
