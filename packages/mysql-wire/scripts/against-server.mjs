// Holds the login and the conversation to a real server, under several capabilities: every step's events and rows are compared with what must come.
// Usage: npx tsc -b packages/mysql-wire && node packages/mysql-wire/scripts/against-server.mjs PORT [USER] [PASSWORD]
// The server listens on 127.0.0.1; nothing is written to it. Each line of output is a step that went otherwise; the exit code says whether there is one.
import { constants, createHash, publicEncrypt } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import {
  CLIENT,
  Conversation,
  DEFAULT_LOGIN_OPTIONS,
  encodeFrontend,
  has,
  LAST_STATEMENT,
  LOGIN_BEGIN,
  PacketReader,
  PacketScanner,
  spoken,
  stepLogin,
} from '../dist/index.js'

const [port, user = 'root', password = ''] = process.argv.slice(2)
const ALL = spoken({ localFiles: false, tls: false, compression: { zlib: false, zstd: false } })
const encoder = new TextEncoder()
const REFUSAL = { type: 'ERR', errorCode: 1142, sqlState: '42000', message: 'refused' }

const crypto = {
  hash: (algorithm, data) => new Uint8Array(createHash(algorithm).update(data).digest()),
  rsaEncrypt: (key, data) =>
    new Uint8Array(publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' }, data)),
}

/** A session, and what came of every step in it. */
class Session {
  #socket = connect(Number(port), '127.0.0.1')
  #log = []
  #failure = undefined

  async open(without) {
    await once(this.#socket, 'connect')
    const capabilities = { flags: (ALL.flags & ~without & ~CLIENT.LONG_PASSWORD) >>> 0, extended: ALL.extended }
    const options = {
      ...DEFAULT_LOGIN_OPTIONS,
      user,
      password,
      schema: '',
      tls: 'none',
      acceptServerKey: true,
      capabilities,
      attributes: [],
    }
    const reader = new PacketReader({ maxMessageBytes: 1 << 20, side: 'backend' })
    let state = LOGIN_BEGIN
    for (;;) {
      const [chunk] = await once(this.#socket, 'data')
      reader.push(new Uint8Array(chunk))
      for (let raw = reader.next(); raw !== undefined; raw = reader.next()) {
        const step = stepLogin(state, raw, options, crypto)
        state = step.state
        for (const effect of step.effects) {
          if (effect.type === 'send') this.#socket.write(effect.bytes)
          if (effect.type === 'failed') throw new Error(JSON.stringify(effect.failure))
          if (effect.type === 'ready') return this.#follow(effect.login)
        }
      }
    }
  }

  /** Sends commands at once; what came of them when all are answered. A command in an array is refused. */
  async run(commands) {
    this.#log = []
    for (const command of commands) {
      if (Array.isArray(command)) {
        const { toFrontend, toBackend } = this.conversation.refuse(command[0], REFUSAL)
        if (toBackend !== undefined) this.#socket.write(toBackend)
        if (toFrontend !== undefined) this.#log.push('refused')
      } else {
        const rewritten = this.conversation.rewrite(command)
        this.conversation.frontend(command)
        this.#socket.write(rewritten ?? encodeFrontend(command, this.conversation.commands))
      }
    }
    while (this.conversation.pending > 0 && this.#failure === undefined) await once(this.#socket, 'data')
    if (this.#failure !== undefined) throw this.#failure
    return this.#log
  }

  close() {
    this.#socket.destroy()
  }

  #follow(login) {
    this.conversation = new Conversation({ capabilities: login.capabilities })
    this.version = login.serverVersion
    const scanner = new PacketScanner({ maxMessageBytes: 1 << 24 })
    const sink = {
      streams: (firstByte, length) => this.conversation.streams(firstByte, length),
      run: (run) => {
        this.conversation.rows(run)
        for (let row = 0; row < run.completed; row += 1) this.#log.push('row')
      },
      message: (raw) => {
        const { events } = this.conversation.backend(raw)
        for (const event of events) this.#log.push(sentence(event))
      },
    }
    this.#socket.prependListener('data', (chunk) => {
      try {
        scanner.scan(new Uint8Array(chunk), sink)
      } catch (error) {
        this.#failure = error
      }
    })
    return this
  }
}

function sentence(event) {
  if (event.type === 'described') return `columns ${event.columns?.map(({ name }) => name).join(' ')}`
  if (event.type === 'failed') return `error ${event.error.errorCode}`
  if (event.type === 'completed') return event.more ? 'done, more' : 'done'
  return event.type === 'answered' ? 'refused' : event.type
}

const query = (text) => ({ type: 'COM_QUERY', attributes: [], query: encoder.encode(text) })
const prepare = (text) => ({ type: 'COM_STMT_PREPARE', query: encoder.encode(text) })

/** Steps, and what must come of each; `id` is the statement that the first prepares. */
function steps(id, flags) {
  const execute = (value, more = {}) => ({
    type: 'COM_STMT_EXECUTE',
    statementId: id,
    flags,
    bound: true,
    ...more,
    parameters: [
      { type: 253, unsigned: false, name: '', value: value === undefined ? 'long-data' : encoder.encode(value) },
    ],
  })
  const fetch = { type: 'COM_STMT_FETCH', statementId: id, rows: 2 }
  const long = { type: 'COM_STMT_SEND_LONG_DATA', statementId: id, parameter: 0, data: encoder.encode('long') }
  const three = ['columns a b', 'row', 'row', 'row', 'done']
  return [
    [[execute('x')], three],
    [[execute('x', { flags: flags | 1 })], ['columns a b', 'done']],
    [[fetch], ['row', 'row', 'done']],
    [[fetch], ['row', 'done']],
    [
      [execute('x', { flags: flags | 1 }), fetch, fetch],
      ['columns a b', 'done', 'row', 'row', 'done', 'row', 'done'],
    ],
    [[long, long, execute()], three],
    [
      [long, [execute()], execute('x')],
      ['done', 'refused', ...three],
    ],
    [[execute('x', { statementId: LAST_STATEMENT })], three],
    [
      [[execute('x')], execute('x', { bound: false })],
      ['refused', ...three],
    ],
    [
      [query('SELECT 1 AS a; DO 1; SELECT 2 AS b')],
      ['columns a', 'row', 'done, more', 'done, more', 'columns b', 'row', 'done'],
    ],
    [
      [query('DO 1'), [query('DO 2')], query('no'), [query('DO 3')], query('DO 4')],
      ['done', 'refused', 'error 1064', 'refused', 'done'],
    ],
    [
      [prepare('no'), query('DO 1')],
      ['error 1064', 'done'],
    ],
    [
      [{ type: 'COM_PING' }, { type: 'COM_STATISTICS' }, { type: 'COM_SET_OPTION', option: 0 }],
      ['done', 'done', 'done'],
    ],
    [[{ type: 'COM_INIT_DB', schema: 'mysql' }], ['done']],
    [[{ type: 'COM_FIELD_LIST', table: 'db', wildcard: 'Db' }], ['done']],
    [[query("SELECT REPEAT('x', 300) AS r UNION ALL SELECT NULL")], ['columns r', 'row', 'row', 'done']],
    [
      [{ type: 'COM_RESET_CONNECTION' }, query('DO 1')],
      ['done', 'done'],
    ],
  ].map(([commands, expected]) => ({ commands, expected: expected.map(String).join(', ') }))
}

let wrong = 0
for (const without of [
  0,
  CLIENT.DEPRECATE_EOF,
  CLIENT.QUERY_ATTRIBUTES | CLIENT.OPTIONAL_RESULTSET_METADATA | CLIENT.SESSION_TRACK,
  CLIENT.DEPRECATE_EOF | CLIENT.QUERY_ATTRIBUTES | CLIENT.OPTIONAL_RESULTSET_METADATA,
]) {
  const session = await new Session().open(without)
  await session.run([prepare("SELECT 1 AS a, ? AS b UNION ALL SELECT 2, 'y' UNION ALL SELECT 3, 'z'")])
  const [statement] = session.conversation.statements()
  const counted = has(session.conversation.commands.capabilities, CLIENT.QUERY_ATTRIBUTES) ? 8 : 0
  const all = steps(statement.id, counted)
  for (const [index, { commands, expected }] of all.entries()) {
    const came = (await session.run(commands)).join(', ')
    if (came === expected) continue
    wrong += 1
    process.stdout.write(`step ${index}: ${came}; must be: ${expected}\n`)
  }
  process.stderr.write(`${session.version} without 0x${without.toString(16)}: ${all.length} steps\n`)
  session.close()
}
if (wrong > 0) process.exitCode = 1
