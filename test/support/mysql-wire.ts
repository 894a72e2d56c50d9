import { constants, createHash, publicEncrypt } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { connect as connectTls, type ConnectionOptions } from 'node:tls'
import { deflateSync, inflateSync } from 'node:zlib'
import zstd from '@foxglove/wasm-zstd'
import {
  type Attribute,
  CLIENT,
  type CommandContext,
  CompressedReader,
  CompressedWriter,
  type Compressor,
  decodeBackendAs,
  DEFAULT_LOGIN_OPTIONS,
  encodeFrontend,
  encodePackets,
  type Handshake,
  HEADER_BYTES,
  type LoggedIn,
  LOGIN_BEGIN,
  type LoginCrypto,
  type LoginMethod,
  type LoginOptions,
  type LoginStep,
  PacketReader,
  type RawPacket,
  type SessionCommand,
  spoken,
  stepLogin,
  tlsEstablished,
} from '@sallyport/mysql-wire'
import { readingFrom, type Assembler, type Next } from './arrivals.ts'
import { Replies, type PacketKind } from './mysql-replies.ts'

/** Where to connect, and as whom. */
export interface MysqlWireOptions {
  readonly host?: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database?: string
  /** Bits of CLIENT that are asked for beyond the usual, and those that are not asked for. */
  readonly with?: number
  readonly without?: number
  /** Bits of MARIADB that are not asked for. */
  readonly withoutExtended?: number
  /** The number of the collation; utf8mb4_general_ci by default. */
  readonly collation?: number
  readonly attributes?: readonly Attribute[]
  /** TLS after an SSLRequest. */
  readonly tls?: ConnectionOptions
  /** Packets travel in frames of the compressed protocol. */
  readonly compressed?: 'zlib' | 'zstd'
  /** Sends the password itself without TLS: what a gateway on the same machine may ask for, and no database may. */
  readonly clear?: boolean
}

/** A packet of the server, and what it is. */
export interface MysqlPacket {
  readonly kind: PacketKind
  /** Whether it ends the reply to a command. */
  readonly last: boolean
  readonly raw: RawPacket
}

/**
 * A client that speaks the protocol packet by packet, for what no driver would do. It reads only while something is waited for, so one that waits
 * for nothing is a client that does not read.
 */
export interface MysqlWire {
  readonly socket: Socket
  readonly login: LoggedIn
  /** What commands are encoded with. */
  readonly context: CommandContext
  /** Commands without a whole reply. */
  readonly owed: number
  send(...messages: readonly SessionCommand[]): void
  /** Sends the payload of a command as it is, in packets from sequence id 0 on. */
  raw(...payloads: readonly Uint8Array[]): void
  /** Sends bytes that are no command: packets with headers of their own. */
  bytes(bytes: Uint8Array): void
  /** The next packet; undefined when the server has hung up. */
  next(timeoutMs?: number): Promise<MysqlPacket | undefined>
  /** Packets up to the end of the next reply, or of `count` of them. Rejects when the server hangs up. */
  replies(count?: number, timeoutMs?: number): Promise<readonly MysqlPacket[]>
  /** Packets until the server hangs up. */
  rest(timeoutMs?: number): Promise<readonly MysqlPacket[]>
  /** Sends a COM_QUERY and waits for its reply. */
  query(text: string): Promise<readonly MysqlPacket[]>
  destroy(): void
}

/** Opens a session. Rejects with the server's message when it is refused. */
export async function openMysqlWire(options: MysqlWireOptions): Promise<MysqlWire> {
  const plain = connect({ host: options.host ?? '127.0.0.1', port: options.port, noDelay: true })
  // What goes wrong is seen by whoever reads: as the end of the stream.
  plain.on('error', () => {})
  await once(plain, 'connect')
  try {
    const { socket, login, next } = await logIn(plain, options)
    return session(socket, login, next, options)
  } catch (error) {
    plain.destroy()
    throw error
  }
}

/** What a server says before it knows who comes. */
export async function mysqlGreeting(port: number, host = '127.0.0.1'): Promise<Handshake> {
  const socket = connect({ host, port, noDelay: true })
  socket.on('error', () => {})
  try {
    const raw = await readingFrom(socket, packets())(TIMEOUT_MS, () => 'a greeting')
    if (raw === undefined) throw new Error('the server hung up before it said anything')
    return decodeBackendAs('HandshakeV10', raw.payload, { flags: 0, extended: 0 })
  } finally {
    socket.destroy()
  }
}

function session(socket: Socket, login: LoggedIn, plain: Next<RawPacket>, options: MysqlWireOptions): MysqlWire {
  const { capabilities } = login
  const context: CommandContext = { capabilities, shapeFor: () => undefined }
  const replies = new Replies(capabilities)
  const compressor = options.compressed === 'zstd' ? ZSTD : ZLIB
  const writer = options.compressed === undefined ? undefined : new CompressedWriter({ compressor })
  const frames = new CompressedReader({ compressor, side: 'backend' })
  const next = writer === undefined ? plain : readingFrom(socket, decompressing(frames))
  const bytes = (sent: Uint8Array): void => {
    // What is no command goes on where the server's last frame ended.
    writer?.restart(frames.sequence + 1)
    write(sent)
  }
  const write = (sent: Uint8Array): void => {
    socket.write(writer === undefined ? sent : writer.write(sent))
  }
  const command = (packets: Uint8Array): void => {
    replies.sent(packets[HEADER_BYTES] ?? -1)
    writer?.restart(0)
    write(packets)
  }
  const take = async (timeoutMs: number, what: () => string): Promise<MysqlPacket | undefined> => {
    const raw = await next(timeoutMs, what)
    return raw === undefined ? undefined : { ...replies.take(raw.payload), raw }
  }
  const collect = async (timeoutMs: number, until: number | 'close'): Promise<readonly MysqlPacket[]> => {
    const seen: MysqlPacket[] = []
    for (let answered = 0; answered !== until;) {
      const packet = await take(timeoutMs, () => `a reply, after ${summary(seen)}`)
      if (packet === undefined && until === 'close') return seen
      if (packet === undefined) throw new Error(`the server hung up; before that came ${summary(seen)}`)
      seen.push(packet)
      if (packet.last) answered += 1
    }
    return seen
  }
  return {
    socket,
    login,
    context,
    get owed() {
      return replies.owed
    },
    send: (...messages) => messages.forEach((message) => command(encodeFrontend(message, context))),
    raw: (...payloads) => payloads.forEach((payload) => command(encodePackets(payload, 0))),
    bytes,
    next: (timeoutMs = TIMEOUT_MS) => take(timeoutMs, () => 'a packet'),
    replies: (count = 1, timeoutMs = TIMEOUT_MS) => collect(timeoutMs, count),
    rest: (timeoutMs = TIMEOUT_MS) => collect(timeoutMs, 'close'),
    query: (text) => {
      command(encodeFrontend({ type: 'COM_QUERY', attributes: [], query: Buffer.from(text) }, context))
      return collect(TIMEOUT_MS, 1)
    },
    destroy: () => socket.destroy(),
  }
}

/** The kinds of packets in words, for messages. */
function summary(packets: readonly MysqlPacket[]): string {
  return packets.length === 0 ? 'nothing' : packets.map(({ kind }) => kind).join(' ')
}

interface Opened {
  readonly socket: Socket
  readonly login: LoggedIn
  readonly next: Next<RawPacket>
}

async function logIn(plain: Socket, options: MysqlWireOptions): Promise<Opened> {
  const asked = loginOptions(options)
  let socket = plain
  let next = readingFrom(socket, packets())
  let step: LoginStep = { state: LOGIN_BEGIN, effects: [] }
  for (;;) {
    for (const effect of step.effects) {
      if (effect.type === 'ready') return { socket, login: effect.login, next }
      if (effect.type === 'send') socket.write(effect.bytes)
      if (effect.type === 'failed') {
        const { message, errorCode, serverMessage } = effect.failure
        throw Object.assign(new Error(serverMessage ?? message), { errno: errorCode })
      }
    }
    if (step.effects.some(({ type }) => type === 'upgradeTls')) {
      const secure = connectTls({ socket: plain, servername: 'localhost', ...options.tls })
      await once(secure, 'secureConnect')
      secure.on('error', () => {})
      socket = secure
      next = readingFrom(socket, packets())
      step = tlsEstablished(step.state, asked, CRYPTO)
      continue
    }
    const raw = await next(TIMEOUT_MS, () => 'the end of the log-in')
    if (raw === undefined) throw new Error('the server hung up during the log-in')
    step = stepLogin(step.state, raw, asked, CRYPTO)
  }
}

function loginOptions(options: MysqlWireOptions): LoginOptions {
  const compression = { zlib: options.compressed === 'zlib', zstd: options.compressed === 'zstd' }
  const all = spoken({ localFiles: false, tls: options.tls !== undefined, compression })
  const without = UNUSUAL | (options.without ?? 0)
  return {
    ...DEFAULT_LOGIN_OPTIONS,
    user: options.user,
    password: options.password,
    schema: options.database ?? '',
    methods: new Set<LoginMethod>([
      ...DEFAULT_LOGIN_OPTIONS.methods,
      ...(options.clear === true || options.tls !== undefined ? (['mysql_clear_password'] as const) : []),
    ]),
    tls: options.tls === undefined ? 'none' : 'required',
    local: options.clear === true,
    acceptServerKey: true,
    capabilities: {
      flags: ((all.flags & ~without) | (options.with ?? 0)) >>> 0,
      extended: (all.extended & ~(options.withoutExtended ?? 0)) >>> 0,
    },
    characterSet: options.collation ?? DEFAULT_LOGIN_OPTIONS.characterSet,
    attributes: options.attributes ?? [],
  }
}

function packets(): Assembler<RawPacket> {
  return new PacketReader({ maxMessageBytes: MAX_MESSAGE_BYTES, side: 'backend' })
}

function decompressing(frames: CompressedReader): Assembler<RawPacket> {
  const inner = new PacketReader({ maxMessageBytes: MAX_MESSAGE_BYTES, side: 'backend' })
  return {
    push: (chunk) => {
      frames.push(chunk)
      for (let bytes = frames.next(); bytes !== undefined; bytes = frames.next()) inner.push(bytes)
    },
    next: () => inner.next(),
  }
}

const ZLIB: Compressor = {
  compress: (bytes) => new Uint8Array(deflateSync(bytes)),
  decompress: (bytes, length) => new Uint8Array(inflateSync(bytes, { maxOutputLength: Math.max(1, length) })),
}

await zstd.isLoaded

const ZSTD: Compressor = {
  compress: (bytes) => zstd.compress(bytes, 3),
  decompress: (bytes, length) => zstd.decompress(bytes, length),
}

const CRYPTO: LoginCrypto = {
  hash: (algorithm, data) => new Uint8Array(createHash(algorithm).update(data).digest()),
  rsaEncrypt: (key, data) =>
    new Uint8Array(publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' }, data)),
}

/** What changes how statements are read and counted; and that it is MySQL: who says so gets nothing of MariaDB's own. */
const UNUSUAL =
  CLIENT.LONG_PASSWORD | CLIENT.FOUND_ROWS | CLIENT.NO_SCHEMA | CLIENT.ODBC | CLIENT.IGNORE_SPACE | CLIENT.INTERACTIVE
const TIMEOUT_MS = 15_000
const MAX_MESSAGE_BYTES = 1100 * 1024 * 1024
