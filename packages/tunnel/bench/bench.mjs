// Measures one tunnel against a bare TCP pipe, gateway and agent in two processes on loopback. Build first (`npx tsc -b packages/tunnel`), then:
//   node packages/tunnel/bench/bench.mjs
// It prints one JSON object: microseconds, MB/s (10^6 bytes) and kB of resident memory per idle session, both processes together.
import { fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { cpus } from 'node:os'
import { authenticateKnown, dialTunnel, listenTunnel } from '../dist/index.js'

const clock = { monotonicMs: () => performance.now() }
const READY = { parameters: [], serverVersion: '', detail: new Uint8Array(0), maskingCapabilities: [] }
const CHUNK = Buffer.alloc(64 * 1024, 1)
const ignore = () => {}

if (process.argv[2] === 'agent') await agent(Number(process.argv[3]))
else await gateway()

async function gateway() {
  let attached
  const ready = new Promise((resolve) => (attached = resolve))
  const server = await listenTunnel({
    host: '127.0.0.1',
    port: 0,
    gateway: 'bench',
    version: '0',
    authenticate: authenticateKnown([{ name: 'bench', token: 'bench' }]),
    clock,
    randomBytes,
    onAttach: attached,
  })
  const child = fork(import.meta.filename ?? new URL(import.meta.url).pathname, ['agent', String(server.address.port)])
  const [{ tcpPort }] = await once(child, 'message')
  await ready
  const open = (client) =>
    server.openSession(
      {
        sessionId: 'b',
        connection: 'bench',
        engine: 'postgres',
        gateway: 'bench',
        startup: new Map(),
        masking: new Uint8Array(0),
        maskingVersion: '',
        identity: { subject: '', email: '', groups: [], kind: 'human', method: 'token' },
        client: { application: client, address: '' },
        limits: { statementTimeoutMs: 0, idleTimeoutMs: 0 },
      },
      { agent: 'bench' },
    )
  const result = { machine: `${cpus().length} x ${cpus()[0].model}`, node: process.version }
  const tcp = await tcpPipe(tcpPort)
  const one = await tunnelPipe(await open('echo'))
  await pingPong(tcp, 2000)
  await pingPong(one, 2000)
  result.pingPongTcp = await pingPong(tcp, 5000)
  result.pingPongTunnel = await pingPong(one, 5000)
  for (const n of [8, 32]) {
    const pipes = []
    for (let i = 0; i < n; i++) pipes.push(await tunnelPipe(await open('echo')))
    const tcps = []
    for (let i = 0; i < n; i++) tcps.push(await tcpPipe(tcpPort))
    result[`roundTripsPerSecond${n}Tcp`] = await manyPingPongs(tcps, 1000)
    result[`roundTripsPerSecond${n}Tunnel`] = await manyPingPongs(pipes, 1000)
    for (const pipe of [...pipes, ...tcps]) pipe.close()
  }
  for (const n of [1, 8, 32]) result[`megabytesPerSecond${n}`] = await throughput(n, open)
  const before = process.memoryUsage.rss() + (await ask(child))
  const idle = []
  for (let i = 0; i < 1000; i++) idle.push(await open('echo'))
  await new Promise((resolve) => setTimeout(resolve, 500))
  result.idleKilobytesPerSession = Math.round(
    (process.memoryUsage.rss() + (await ask(child)) - before) / 1000 / idle.length,
  )
  console.log(JSON.stringify(result, null, 2))
  tcp.close()
  await server.close()
  child.kill()
}

async function ask(child) {
  child.send('rss')
  return (await once(child, 'message'))[0]
}

async function throughput(n, open) {
  const bytes = 512e6
  const sessions = []
  for (let i = 0; i < n; i++) sessions.push(await open(`flood ${Math.ceil(bytes / n)}`))
  const start = performance.now()
  await Promise.all(
    sessions.map(
      (session) =>
        new Promise((resolve) =>
          session.handle({ onData: ignore, onControl: ignore, onDrain: ignore, onClosed: resolve }),
        ),
    ),
  )
  return Math.round(bytes / 1000 / (performance.now() - start))
}

async function manyPingPongs(pipes, rounds) {
  const start = performance.now()
  await Promise.all(pipes.map((pipe) => pingPong(pipe, rounds)))
  return Math.round((pipes.length * rounds) / ((performance.now() - start) / 1000))
}

async function pingPong(pipe, rounds) {
  const times = []
  const message = Buffer.alloc(100, 2)
  await new Promise((resolve) => {
    let start = performance.now()
    let got = 0
    pipe.onData = (chunk) => {
      got += chunk.length
      if (got < message.length) return
      got = 0
      times.push((performance.now() - start) * 1000)
      if (times.length === rounds) return resolve()
      start = performance.now()
      pipe.send(message)
    }
    pipe.send(message)
  })
  times.sort((a, b) => a - b)
  return { p50: Math.round(times[rounds >> 1]), p99: Math.round(times[Math.floor(rounds * 0.99)]) }
}

async function tcpPipe(port) {
  const socket = connect(port, '127.0.0.1').setNoDelay(true)
  await once(socket, 'connect')
  const pipe = { onData: ignore, send: (data) => socket.write(data), close: () => socket.destroy() }
  socket.on('data', (chunk) => pipe.onData(chunk))
  return pipe
}

async function tunnelPipe(session) {
  const pipe = { onData: ignore, send: (data) => session.send(data), close: () => session.end() }
  session.handle({ onData: (chunk) => pipe.onData(chunk), onControl: ignore, onDrain: ignore, onClosed: ignore })
  return pipe
}

async function agent(port) {
  const echo = createServer({ noDelay: true }, (socket) => socket.on('error', ignore).pipe(socket))
  echo.listen(0, '127.0.0.1')
  await once(echo, 'listening')
  process.on('message', () => process.send(process.memoryUsage.rss()))
  dialTunnel({
    addresses: [`127.0.0.1:${port}`],
    name: 'bench',
    version: '0',
    token: () => 'bench',
    connections: [{ name: 'bench', engine: 'postgres', capabilities: [] }],
    clock,
    random: Math.random,
    onSession: (session, { client }) => {
      session.ready(READY)
      const [kind, amount] = client.application.split(' ')
      let left = Number(amount)
      const flood = () => {
        while (left > 0) {
          left -= CHUNK.length
          if (!session.send(CHUNK)) return
        }
        session.end()
      }
      session.handle({
        onData: (chunk) => session.send(chunk),
        onControl: ignore,
        onDrain: () => kind === 'flood' && flood(),
        onClosed: ignore,
      })
      if (kind === 'flood') flood()
    },
  })
  process.send({ tcpPort: echo.address().port })
}
