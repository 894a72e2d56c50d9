import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { encodeBackend, noticeField, type BackendMessage } from '@sallyport/pg-wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { before } from '../faults/setup.ts'
import { startPeople } from '../faults/mysql-setup.ts'
import {
  mysqlFlavours,
  openMysqlWire,
  openWire,
  startPostgres,
  startSallyport,
  type TestMysql,
  type TestPostgres,
  type TestSallyport,
} from '../support/index.ts'
import { residentMb } from './resident.ts'

/** A database that is what it says, until a statement has the word `attack` in it: that one is answered with bytes of the test's. */
interface Hostile {
  readonly port: number
  answer: readonly Uint8Array[]
  /** What the agent said after that. */
  readonly heard: Buffer[]
  readonly close: () => Promise<void>
}

async function startHostile(behind: { readonly host: string; readonly port: number }): Promise<Hostile> {
  const sockets = new Set<Socket>()
  const heard: Buffer[] = []
  const hostile = { answer: [] as readonly Uint8Array[] }
  const server: Server = createServer((agent) => {
    const database = connect(behind)
    for (const socket of [agent, database]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
    }
    let attacked = false
    agent.on('data', (chunk: Buffer) => {
      if (attacked) heard.push(chunk)
      else if (chunk.includes('attack')) {
        attacked = true
        void pour(agent, hostile.answer)
      } else database.write(chunk)
    })
    database.on('data', (chunk: Buffer) => void (attacked || agent.write(chunk)))
    agent.on('close', () => database.destroy())
    database.on('close', () => attacked || agent.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return Object.assign(hostile, {
    port: (server.address() as AddressInfo).port,
    heard,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  })
}

async function pour(socket: Socket, parts: readonly Uint8Array[]): Promise<void> {
  for (const part of parts) {
    if (socket.destroyed) return
    if (!socket.write(part)) await once(socket, 'drain').catch(() => undefined)
  }
}

describe('a PostgreSQL server', () => {
  let postgres: TestPostgres
  let hostile: Hostile
  let sallyport: TestSallyport

  beforeAll(async () => {
    postgres = await startPostgres()
    hostile = await startHostile(postgres)
    const target = { host: '127.0.0.1', port: hostile.port, database: 'postgres' }
    sallyport = await startSallyport(before({ target, user: postgres.user, password: postgres.password }, {}))
  })

  afterAll(async () => {
    await sallyport?.stop()
    await hostile?.close()
    await postgres?.stop()
  })

  /** What a client gets for a statement that is answered with these bytes; then another session works as ever. */
  const attacked = async (...answer: readonly Uint8Array[]): Promise<readonly BackendMessage[]> => {
    hostile.answer = answer
    const login = { port: sallyport.port, user: 'all', database: 'postgres', password: sallyport.token }
    const wire = await openWire(login)
    wire.send({ type: 'Query', query: 'SELECT 1 AS attack' })
    const seen: BackendMessage[] = []
    for (;;) {
      const message = await wire.next(30_000)
      if (message !== undefined) seen.push(message)
      if (message === undefined || message.type === 'ReadyForQuery') break
    }
    wire.destroy()
    const next = await openWire(login)
    expect((await next.query('SELECT 1')).at(-1)).toEqual({ type: 'ReadyForQuery', status: 'idle' })
    next.destroy()
    return seen
  }

  const READY = tagged('Z', 'I')
  const LIES: readonly (readonly [string, Uint8Array])[] = [
    ['a row before its description', tagged('D', '\0\0')],
    ['a message without a length', Buffer.from('C\0\0\0\0')],
    ['a length that is negative', Buffer.from('C\u00ff\u00ff\u00ff\u00fe', 'latin1')],
    ['a length of 2 GiB', Buffer.from('C\u007f\u00ff\u00ff\u00ff', 'latin1')],
    ['a message that nobody knows', tagged('?', '')],
    ['the beginning of replication', tagged('W', '\0\0\0')],
    ['a request for the password', tagged('R', '\0\0\0\u0003')],
    ['a request for SCRAM', tagged('R', '\0\0\0\u000aSCRAM-SHA-256\0\0')],
    ['a key to cancel with', tagged('K', '\0\0\0\u0001\0\0\0\u0001')],
    ['an answer to nobody’s Parse', tagged('1', '')],
    ['an answer to nobody’s FunctionCall', tagged('V', '\u00ff\u00ff\u00ff\u00ff')],
    ['an error without an end', tagged('E', 'SERROR\0C42601\0Mx')],
    ['a description without its columns', tagged('T', '\0\u0005')],
    ['nothing but its readiness', READY],
    ['COPY data without a COPY', tagged('d', 'x')],
    ['text that never ends', tagged('C', 'SELECT 1')],
  ]

  it.each(LIES)('that says %s ends the session, and nothing of it reaches the client', async (_what, bytes) => {
    hostile.heard.length = 0
    const seen = await attacked(bytes)
    expect(seen.map(({ type }) => type).filter((type) => type !== 'RowDescription')).toEqual(['ErrorResponse'])
    expect(stateOf(seen)).toMatch(/^(08P01|54000|XX000)$/)
    // Nobody answered it: no password, no key.
    expect(Buffer.concat(hostile.heard).includes(postgres.password)).toBe(false)
  })

  it('whose error says nothing is an error all the same', async () => {
    const seen = await attacked(tagged('E', '\0'), READY)
    expect(seen.map(({ type }) => type)).toEqual(['ErrorResponse', 'ReadyForQuery'])
  })

  it('that goes back on how texts are read is not talked to any more', async () => {
    const status = encodeBackend({ type: 'ParameterStatus', name: 'standard_conforming_strings', value: 'off' })
    const seen = await attacked(status, tagged('C', 'SET\0'), READY)
    expect(seen.map(({ type }) => type)).toEqual(['ErrorResponse'])
  })

  it('that never stops talking costs no memory', async () => {
    const start = residentMb({ sallyport })
    const notice = tagged('N', `SNOTICE\0VNOTICE\0C00000\0M${'x'.repeat(60_000)}\0\0`)
    const seen = await attacked(...Array.from({ length: 1500 }, () => notice), tagged('C', 'SELECT 1\0'), READY)
    expect(seen.filter(({ type }) => type === 'NoticeResponse').length).toBeGreaterThan(0)
    const end = residentMb({ sallyport })
    expect(end.gateway - start.gateway).toBeLessThan(60)
    expect(end.agent - start.agent).toBeLessThan(60)
  }, 60_000)
})

describe.each(mysqlFlavours().slice(0, 1))('a server like %s', (flavour) => {
  let mysql: TestMysql
  let hostile: Hostile
  let sallyport: TestSallyport

  beforeAll(async () => {
    mysql = await startPeople(flavour)
    hostile = await startHostile(mysql)
    const target = { host: '127.0.0.1', port: hostile.port, database: mysql.database }
    sallyport = await startSallyport(
      before(
        { engine: 'mysql', target, user: 'sallyport', password: 'a password of the database', allowLocalInfile: true },
        {},
      ),
    )
  })

  afterAll(async () => {
    await sallyport?.stop()
    await hostile?.close()
    await mysql?.stop()
  })

  const DEFINITION = '\u0003def\0\0\0\u0001a\0\u000c\u002d\0\u0001\0\0\0\u00fd\0\0\0\0\0'
  const LIES: readonly (readonly [string, Uint8Array])[] = [
    ['that asks for a file of the client’s', numbered(1, '\u00fb/etc/passwd')],
    ['that asks for a file with a name of nothing', numbered(1, '\u00fb')],
    ['that counts 2^64 columns', numbered(1, '\u00fe\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff')],
    [
      'that counts more columns than it names',
      Buffer.concat([numbered(1, '\u0002'), numbered(2, DEFINITION), numbered(3, '\u00fe\0\0\u0002\0')]),
    ],
    ['whose packets are out of order', numbered(7, '\0\0\0\u0002\0\0\0')],
    ['whose OK ends in the middle', numbered(1, '\0\u00fc')],
    ['whose error ends in the middle', numbered(1, '\u00ff\u0001')],
    ['that answers nothing at all', numbered(1, '')],
    ['that wants to know the password again', numbered(1, '\u00femysql_clear_password\0')],
    [
      'whose row is larger than it says',
      Buffer.concat([numbered(1, '\u0001'), numbered(2, DEFINITION), numbered(3, '\u00f0abc')]),
    ],
  ]

  it.each(LIES)('%s ends the session, and gets nothing for it', async (_what, bytes) => {
    hostile.answer = [bytes]
    hostile.heard.length = 0
    const login = {
      port: sallyport.mysqlPort,
      user: 'all',
      password: sallyport.token,
      database: mysql.database,
      clear: true,
    }
    const wire = await openMysqlWire({ ...login, with: LOCAL_FILES })
    wire.send({ type: 'COM_QUERY', attributes: [], query: Buffer.from('SELECT 1 AS attack') })
    const seen = await wire.rest()
    expect(seen.map(({ kind }) => kind)).not.toContain('file')
    expect(seen.at(-1)?.kind).toBe('err')
    expect(Buffer.concat(hostile.heard).toString('latin1')).not.toMatch(/root:|a password of the database/)
    const next = await openMysqlWire(login)
    expect((await next.query('SELECT 1')).some(({ kind }) => kind === 'row')).toBe(true)
    next.destroy()
  })
})

/** A message of PostgreSQL's. */
function tagged(tag: string, body: string): Uint8Array {
  const head = Buffer.alloc(5)
  head.write(tag, 'latin1')
  head.writeInt32BE(4 + body.length, 1)
  return Buffer.concat([head, Buffer.from(body, 'latin1')])
}

/** A packet of MySQL's. */
function numbered(sequence: number, payload: string): Uint8Array {
  const head = Buffer.alloc(4)
  head.writeUIntLE(payload.length, 0, 3)
  head[3] = sequence
  return Buffer.concat([head, Buffer.from(payload, 'latin1')])
}

function stateOf(seen: readonly BackendMessage[]): string | undefined {
  const error = seen.find((message) => message.type === 'ErrorResponse')
  return error === undefined ? undefined : noticeField(error, 'sqlState')
}

/** CLIENT_LOCAL_FILES. */
const LOCAL_FILES = 1 << 7
