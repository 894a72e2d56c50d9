import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2'
import { connect } from 'node:net'
import * as fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { MessageDecoder, writePrefix } from './message-framing.ts'
import { AgentMessage, ControlFrame, GatewayMessage } from './messages.ts'
import { Events, OPEN, Recorder, echo, startAgent, startGateway } from './testing/tunnel.ts'
import type { Gateway } from './testing/tunnel.ts'
import { UNTOLD_USER_CODE } from './messages.ts'

const LOCAL = { agent: 'local' } as const

test('bytes that are not HTTP/2 close their connection, and nothing else', async () => {
  const gateway = await healthy()
  for (const bytes of [
    Buffer.from('GET / HTTP/1.1\r\n\r\n'),
    Buffer.alloc(1000, 0xff),
    Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff'),
  ]) {
    const socket = connect(gateway.port, '127.0.0.1')
    socket.on('error', () => {})
    socket.resume()
    socket.write(bytes)
    await once(socket, 'close')
  }
  expect(await answer(gateway)).toBe('ping')
})

test('random bytes from an authenticated agent end its own call, and nothing else', async () => {
  const gateway = await healthy()
  const session = http2Session(gateway.port)
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('Attach', 'Session'),
      fc.uint8Array({ minLength: 5, maxLength: 200 }),
      async (method, bytes) => {
        const stream = call(session(), method)
        stream.end(bytes)
        // Refused, reset or ended: closed in any case.
        await new Promise<void>((resolve) => stream.once('close', resolve))
      },
    ),
    { numRuns: 100, interruptAfterTimeLimit: 2_000 },
  )
  expect(await answer(gateway)).toBe('ping')
})

test('random frames in a session that is open end it, and nothing else', async () => {
  const gateway = await healthy()
  const attached = await attachRaw(gateway)
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 100 }), async (frame) => {
      fc.pre(frame[0] !== 0x0a) // Data may be anything.
      const { stream, opening } = await attached.join()
      stream.write(READY)
      const got = new Recorder(await opening)
      stream.write(framed(frame))
      stream.end(framed(ControlFrame.encode({ type: 'close', code: 'ended', message: '' })))
      expect(['ended', 'aborted', 'protocol-violation']).toContain((await got.closed).code)
    }),
    { numRuns: 100, interruptAfterTimeLimit: 2_000 },
  )
  expect(await answer(gateway)).toBe('ping')
})

test('a compressed message and one that is too large end the session with a code that says so', async () => {
  const gateway = await healthy()
  const attached = await attachRaw(gateway)
  for (const [prefix, code] of [
    [Buffer.from([1, 0, 0, 0, 0]), 'protocol-violation'],
    [Buffer.from([0, 0x7f, 0xff, 0xff, 0xff]), 'message-too-large'],
  ] as const) {
    const { stream, opening } = await attached.join()
    stream.write(READY)
    const got = new Recorder(await opening)
    stream.write(prefix)
    expect(await got.closed).toMatchObject({ code, by: 'remote' })
  }
  expect(await answer(gateway)).toBe('ping')
})

test('a session that is cut in the middle of a message is aborted', async () => {
  const gateway = await healthy()
  const attached = await attachRaw(gateway)
  for (const cut of [
    (stream: ClientHttp2Stream) => void stream.end(),
    (stream: ClientHttp2Stream) => stream.close(8),
  ]) {
    const { stream, opening } = await attached.join()
    stream.write(READY)
    const got = new Recorder(await opening)
    stream.write(Buffer.from([0, 0, 0, 1, 0, 0x0a]), () => cut(stream))
    expect(await got.closed).toMatchObject({ code: 'aborted', by: 'remote' })
  }
  expect(await answer(gateway)).toBe('ping')
})

test('a peer cannot put a long text into the logs', async () => {
  const gateway = await healthy()
  const attached = await attachRaw(gateway)
  const { stream, opening } = await attached.join()
  stream.write(READY)
  const got = new Recorder(await opening)
  stream.write(framed(ControlFrame.encode({ type: 'close', code: 'no such code', message: 'x'.repeat(10_000) })))
  expect(await got.closed).toEqual({ code: 'aborted', message: 'x'.repeat(300), by: 'remote' })
})

/** A gateway with an agent, `other`, that has nothing to do with what goes wrong. */
async function healthy(): Promise<Gateway> {
  const gateway = await startGateway({ limits: { helloTimeoutMs: 500 } })
  startAgent(gateway.port, { token: () => 'other-secret', onSession: echo })
  await gateway.attached.next()
  return gateway
}

async function answer({ server }: Gateway): Promise<string> {
  const session = await server.openSession(OPEN, { agent: 'other' })
  const got = new Recorder(session)
  session.send(Buffer.from('ping'))
  return (await got.read(4)).toString()
}

/** A session of HTTP/2 that is opened anew when the gateway has dropped it. */
function http2Session(port: number): () => ClientHttp2Session {
  let session: ClientHttp2Session | undefined
  onTestFinished(() => session?.destroy())
  return () => {
    if (session !== undefined && !session.closed && !session.destroyed) return session
    session = connectHttp2(`http://127.0.0.1:${port}`)
    session.on('error', () => {})
    return session
  }
}

function call(session: ClientHttp2Session, method: string): ClientHttp2Stream {
  const stream = session.request({
    ':method': 'POST',
    ':path': `/sallyport.tunnel.v1.Tunnel/${method}`,
    'content-type': 'application/grpc',
    authorization: 'Bearer secret',
  })
  stream.on('error', () => {})
  return stream
}

/** Attached as `local`, by hand. */
async function attachRaw({ server, port, attached }: Gateway) {
  const session = http2Session(port)
  const control = call(session(), 'Attach')
  const offer = { name: 'shop', engine: 'postgres', capabilities: [] }
  control.write(
    framed(AgentMessage.encode({ type: 'hello', name: 'local', version: '1', connections: [offer], features: [] })),
  )
  await attached.next()
  const decoder = new MessageDecoder(10_000)
  const tickets = new Events<string>()
  control.on('data', (chunk: Buffer) => {
    decoder.push(chunk)
    for (let bytes = decoder.next(); typeof bytes !== 'string'; bytes = decoder.next()) {
      const message = GatewayMessage.decode(bytes)
      if (message.type === 'openSession') tickets.push(message.ticket)
    }
  })
  return {
    join: async () => {
      const opening = server.openSession(OPEN, LOCAL)
      const ticket = await tickets.next()
      const stream = call(session(), 'Session').resume()
      stream.write(framed(ControlFrame.encode({ type: 'join', ticket })))
      return { stream, opening }
    },
  }
}

function framed(message: Uint8Array): Buffer {
  const prefix = Buffer.alloc(5)
  writePrefix(prefix, message.length)
  return Buffer.concat([prefix, message])
}

const READY = framed(
  ControlFrame.encode({
    type: 'ready',
    parameters: [],
    serverVersion: '',
    detail: new Uint8Array(0),
    maskingCapabilities: [],
    capabilities: [],
    userCode: UNTOLD_USER_CODE,
  }),
)
