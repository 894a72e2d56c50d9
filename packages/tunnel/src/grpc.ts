import { Client, Metadata, Server, ServerCredentials, credentials } from '@grpc/grpc-js'
import type { ClientDuplexStream, ServerDuplexStream } from '@grpc/grpc-js'
import { fileURLToPath } from 'node:url'
import { loadSync } from '@grpc/proto-loader'
import type { MessageTypeDefinition, ServiceDefinition } from '@grpc/proto-loader'
import { onTestFinished } from 'vitest'

// The one file that imports a gRPC library: the other end of the conformance tests, with messages by the .proto and protobufjs. It is not part
// of the build, and nothing that ships imports it; see decisions/0001-grpc-on-node-http2.md.

/** The .proto as proto-loader reads it, names in camel case as in messages.ts. */
export const definition = loadSync(fileURLToPath(new URL('../../../proto/tunnel/v1/tunnel.proto', import.meta.url)), {
  longs: Number,
  defaults: true,
  arrays: true,
  objects: true,
  oneofs: true,
})

export const Tunnel = definition['sallyport.tunnel.v1.Tunnel'] as ServiceDefinition

/** What the .proto says of a message. */
export function messageType(name: string): MessageTypeDefinition<object, object> {
  return definition[`sallyport.tunnel.v1.${name}`] as MessageTypeDefinition<object, object>
}

export type Message = Record<string, unknown>

/** An agent by grpc-js: calls either method with this token. */
export function grpcJsAgent(port: number, token: string): (method: string) => ClientDuplexStream<Message, Message> {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 })
  onTestFinished(() => client.close())
  return (name) => {
    const method = Tunnel[name]
    if (method === undefined) throw new Error(`no method ${name}`)
    const { path, requestSerialize, responseDeserialize } = method
    const metadata = new Metadata()
    metadata.set('authorization', `Bearer ${token}`)
    const call = client.makeBidiStreamRequest(
      path,
      requestSerialize as (value: Message) => Buffer,
      responseDeserialize as (bytes: Buffer) => Message,
      metadata,
    )
    call.on('error', () => {})
    return call
  }
}

/** A gateway by grpc-js; answers its port. */
export async function grpcJsGateway(
  handlers: Record<'Attach' | 'Session', (call: ServerDuplexStream<Message, Message>) => void>,
): Promise<number> {
  const server = new Server()
  server.addService(Tunnel, handlers)
  onTestFinished(() => server.forceShutdown())
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port)
      else reject(error)
    })
  })
}
