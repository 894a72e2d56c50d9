import { encodeBackend } from '@sallyport/pg-wire'
import type { SessionReady } from '@sallyport/tunnel'
import type { CancelKey } from '../registry.ts'

/** What a client is told when its session is ready: the server's parameters, its cancel key, and that it may begin (spec: protocol-flow, "Start-up"). */
export function welcome({ parameters }: SessionReady, { processId, secretKey }: CancelKey): Uint8Array {
  return Buffer.concat([
    encodeBackend({ type: 'AuthenticationOk' }),
    ...parameters.map(({ name, value }) => encodeBackend({ type: 'ParameterStatus', name, value })),
    encodeBackend({ type: 'BackendKeyData', processId, secretKey }),
    encodeBackend({ type: 'ReadyForQuery', status: 'idle' }),
  ])
}
