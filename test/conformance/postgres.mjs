// PostgreSQL: its classifier, and the server's own word on what it would take. Nothing executes: each text is only prepared.
import { once } from 'node:events'
import { connect } from 'node:net'
import { decodeBackend, encodeFrontend, MessageReader, noticeField } from '@sallyport/pg-wire'
import { DEFAULT_POSTGRES_SETTINGS, loadPostgres, resolveNamed } from '@sallyport/sql'

/** Where the grammar's complaints come from; all others come after parsing. */
const GRAMMAR_FILES = new Set(['gram.y', 'scan.l', 'parser.c', 'scansup.c'])
const BATCH = 200
const analyser = await loadPostgres()

/** @param {{ host: string, port: number, user: string } | undefined} server without one only the classifier is asked */
export async function openPostgres(server) {
  const wire = server === undefined ? undefined : await openWire(server)
  return {
    name: server === undefined ? 'PostgreSQL (no server)' : `PostgreSQL ${wire.version}`,
    dialect: 'postgres',
    opinion: 'postgres',
    trap: (line) => line.pg18 ?? line.pg15,
    analyse: (text) => analyser.analyse(text, DEFAULT_POSTGRES_SETTINGS),
    resolve: resolveNamed,
    /** Whether the server's grammar takes each text; undefined without a server. */
    accepts:
      wire === undefined
        ? undefined
        : async (texts) => {
            const answers = []
            for (let at = 0; at < texts.length; at += BATCH)
              answers.push(...(await wire.parse(texts.slice(at, at + BATCH))))
            return answers
          },
    close: async () => wire?.end(),
  }
}

async function openWire({ host, port, user }) {
  const socket = connect({ host, port, noDelay: true })
  await once(socket, 'connect')
  const reader = new MessageReader({ maxMessageBytes: 64 * 1024 * 1024, side: 'backend' })
  const chunks = socket[Symbol.asyncIterator]()
  const next = async () => {
    for (;;) {
      const raw = reader.next()
      if (raw !== undefined) return decodeBackend(raw)
      const { value, done } = await chunks.next()
      if (done) throw new Error('PostgreSQL hung up')
      reader.push(value)
    }
  }
  const ready = async () => {
    const seen = []
    for (;;) {
      const message = await next()
      if (message.type === 'ReadyForQuery') return seen
      seen.push(message)
    }
  }
  const send = (...messages) => socket.write(Buffer.concat(messages.map((each) => encodeFrontend(each))))
  const parameters = Object.entries({ user, database: 'postgres', client_encoding: 'UTF8' })
  send({
    type: 'StartupMessage',
    major: 3,
    minor: 0,
    parameters: parameters.map(([name, value]) => ({ name, value })),
  })
  const greeting = await ready()
  const version = greeting.find(({ type, name }) => type === 'ParameterStatus' && name === 'server_version')?.value
  return {
    version,
    parse: async (texts) => {
      const answers = []
      // No text can have a NUL in this protocol.
      const sent = texts.map((text) => !text.includes('\0'))
      send(
        ...texts.flatMap((query, index) =>
          sent[index] ? [{ type: 'Parse', name: '', query, parameterTypes: [] }, { type: 'Sync' }] : [],
        ),
      )
      for (const wasSent of sent) answers.push(wasSent && !refusedByGrammar(await ready()))
      return answers
    },
    end: () => socket.destroy(),
  }
}

function refusedByGrammar(messages) {
  const error = messages.find(({ type }) => type === 'ErrorResponse')
  return error !== undefined && GRAMMAR_FILES.has(noticeField(error, 'file'))
}
