import { encodeFrontend, noticeField, type BackendMessage, type FrontendMessage } from '@sallyport/pg-wire'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { setStage, type Stage } from '../faults/setup.ts'
import { openWire, type Wire } from '../support/index.ts'
import { residentMb } from './resident.ts'

const IDLE_TIMEOUT_MS = 2000

let stage: Stage
let wire: Wire

beforeAll(async () => {
  stage = await setStage({
    gateway: { limits: { idle_timeout: `${IDLE_TIMEOUT_MS}ms`, message_bytes: '1MiB', statement_bytes: '64KiB' } },
  })
  await stage.postgres.query('CREATE TABLE victim (a int); INSERT INTO victim VALUES (1), (2), (3)')
})

afterAll(async () => {
  await stage?.stop()
})

beforeEach(async () => {
  wire = await session('locked')
})

afterEach(async () => {
  wire.destroy()
  // Whatever a test expects, nothing has come through.
  const [victim] = await stage.postgres.query<{ n: number }>('SELECT count(*)::int AS n FROM victim')
  if (victim?.n !== 3) throw new Error('a statement came through')
})

describe('a message that lies about itself ends the session, and nothing of it runs', () => {
  const HIDDEN = 'SELECT 1\0; DROP TABLE victim'
  const LIES: readonly (readonly [string, Uint8Array])[] = [
    ['a length of 0', headed('Q', 0, 'DROP TABLE victim\0')],
    ['a length of 3', headed('Q', 3, 'DROP TABLE victim\0')],
    ['a negative length', headed('Q', -1, 'DROP TABLE victim\0')],
    ['the least length there is', headed('Q', -0x8000_0000, '')],
    ['a length beyond the limit', headed('d', 0x7fff_ffff, 'x')],
    ['text behind a NUL in a Query', message('Q', `${HIDDEN}\0`)],
    ['text behind a NUL in a Parse', message('P', `\0${HIDDEN}\0\0\0`)],
    ['a Query without an end', message('Q', 'SELECT 1')],
    ['a Query of nothing, not even an end', message('Q', '')],
    ['a Parse with fewer types than it says', message('P', '\0SELECT 1\0\0\u0002\0\0\0\u0017')],
    ['a Parse with more bytes than types', message('P', '\0SELECT 1\0\0\0\0\0\0\u0017')],
    ['a Bind with a length of -2', message('B', '\0\0\0\0\0\u0001\u00ff\u00ff\u00ff\u00fe\0\0')],
    ['a Bind with a value beyond its end', message('B', '\0\0\0\0\0\u0001\u007f\u00ff\u00ff\u00ffx\0\0')],
    ['a Describe of what is neither', message('D', 'X\0')],
    ['a Close of what is neither', message('C', 'X\0')],
    ['an Execute without its number of rows', message('E', '\0')],
    ['a Sync with something in it', message('S', 'Q')],
    ['a Terminate with something in it', message('X', 'Q')],
    ['a Flush with something in it', message('H', '\0')],
    ['a password in the middle', message('p', 'secret\0')],
    ['a message of the server', message('Z', 'I')],
    ['a request for TLS', Buffer.concat([encodeFrontend({ type: 'SSLRequest' }), Buffer.alloc(0x0804)])],
    ['a message that nobody knows', message('?', '')],
  ]

  it.each(LIES)('%s', async (_what, bytes) => {
    const drop = encodeFrontend({ type: 'Query', query: 'DROP TABLE victim' })
    wire.socket.write(Buffer.concat([bytes, drop]))
    const answer = await wire.until('close')
    expect(statesOf(answer)).toEqual(['08P01'])
  })
})

describe('messages within messages are nobody’s', () => {
  const DROP = Buffer.from(encodeFrontend({ type: 'Query', query: 'DROP TABLE victim' }))

  it('in the value of a parameter', async () => {
    wire.send(
      { type: 'Parse', name: '', query: 'SELECT length($1::bytea)', parameterTypes: [] },
      bind(Buffer.concat([DROP, Buffer.alloc(65_536), DROP])),
      { type: 'Execute', portal: '', maxRows: 0 },
      { type: 'Sync' },
    )
    expect(statesOf(await wire.until('ReadyForQuery'))).toEqual([])
  })

  it('in the name of a statement, a portal or a parameter’s type', async () => {
    const name = DROP.subarray(5, -1).toString()
    wire.send(
      { type: 'Parse', name, query: 'SELECT 1', parameterTypes: [DROP.readInt32BE(0)] },
      { type: 'Describe', target: 'statement', name },
      { type: 'Sync' },
    )
    await wire.until('ReadyForQuery')
    expect((await wire.query('SELECT 1')).at(-1)).toEqual({ type: 'ReadyForQuery', status: 'idle' })
  })

  it('in data of a COPY, and in data of no COPY at all', async () => {
    wire.destroy()
    wire = await session('all')
    wire.send({ type: 'CopyData', data: DROP }, { type: 'CopyDone' }, { type: 'CopyFail', reason: 'Q' })
    expect((await wire.query('SELECT 1')).at(-1)).toEqual({ type: 'ReadyForQuery', status: 'idle' })
    await wire.query('CREATE TEMP TABLE copied (t text)')
    wire.send(
      { type: 'Query', query: 'COPY copied FROM STDIN' },
      { type: 'CopyData', data: Buffer.concat([Buffer.from(DROP.toString('hex')), Buffer.from('\n')]) },
      { type: 'CopyDone' },
    )
    expect(statesOf(await wire.until('ReadyForQuery'))).toEqual([])
  })
})

describe('a COPY that is asked for', () => {
  it('takes no statement in place of its data', async () => {
    wire.destroy()
    wire = await session('all')
    await wire.query('CREATE TEMP TABLE copied (t text)')
    wire.send(
      { type: 'Query', query: 'COPY copied FROM STDIN' },
      { type: 'CopyData', data: Buffer.from('a\n') },
      { type: 'Query', query: 'SELECT 1' },
    )
    // As the server itself: it has lost its place in what the client says.
    expect(statesOf(await wire.until('close'))).toEqual(['08P01', '08P01'])
  })

  it.each([
    'COPY victim FROM STDIN',
    "COPY victim FROM PROGRAM 'echo 4'",
    "COPY victim TO PROGRAM 'cat'",
    "COPY victim TO '/tmp/x'",
  ])('%s is refused before any of its data is sent', async (query) => {
    wire.send({ type: 'Query', query }, { type: 'CopyData', data: Buffer.from('4\n') }, { type: 'CopyDone' })
    expect(statesOf(await wire.until('ReadyForQuery'))).toEqual(['42501'])
    expect((await wire.query('SELECT 1')).at(-1)).toEqual({ type: 'ReadyForQuery', status: 'idle' })
  })
})

describe('a FunctionCall', () => {
  const NEXTVAL: FrontendMessage = {
    type: 'FunctionCall',
    functionOid: 1574,
    argumentFormats: [],
    arguments: [Buffer.from('victim')],
    resultFormat: 0,
  }

  it('is refused, also behind what is allowed and in a transaction, and its ReadyForQuery comes once', async () => {
    wire.send(NEXTVAL)
    expect(statesOf(await wire.until('ReadyForQuery'))).toEqual(['42501'])
    await wire.query('BEGIN')
    wire.send(NEXTVAL)
    expect((await wire.until('ReadyForQuery')).at(-1)).toEqual({ type: 'ReadyForQuery', status: 'failed' })
    expect((await wire.query('ROLLBACK')).at(-1)).toEqual({ type: 'ReadyForQuery', status: 'idle' })
  })
})

it.each([
  ['standard_conforming_strings', 'off'],
  ['client_encoding', 'LATIN1'],
])('a session in which code has changed %s is over before the next text', async (name, value) => {
  wire.destroy()
  wire = await session('all')
  const [head, tail] = [name.slice(0, 5), name.slice(5)]
  wire.send({
    type: 'Query',
    query: `DO $$ BEGIN PERFORM set_config('${head}' || '${tail}', '${value}', false); END $$`,
  })
  const answer = await wire.until('close')
  expect(answer.map(({ type }) => type)).not.toContain('ReadyForQuery')
  expect(statesOf(answer)).toEqual(['XX000'])
})

it('half a message, and then silence, is an idle session', async () => {
  wire.socket.write(encodeFrontend({ type: 'Query', query: 'DROP TABLE victim' }).subarray(0, -1))
  expect(statesOf(await wire.until('close', IDLE_TIMEOUT_MS + 8000))).toEqual(['57P05'])
})

it('a flood of what has no answer costs no memory, and what follows is answered', async () => {
  const before = residentMb(stage)
  const flush = Buffer.concat(Array.from({ length: 20_000 }, () => encodeFrontend({ type: 'Flush' })))
  const data = encodeFrontend({ type: 'CopyData', data: Buffer.alloc(64 * 1024) })
  for (let n = 0; n < 20; n++) wire.socket.write(flush)
  for (let n = 0; n < 500; n++) wire.socket.write(data)
  expect((await wire.query('SELECT 1')).at(-1)).toEqual({ type: 'ReadyForQuery', status: 'idle' })
  const after = residentMb(stage)
  expect(after.gateway - before.gateway).toBeLessThan(100)
  expect(after.agent - before.agent).toBeLessThan(100)
}, 60_000)

function session(user: 'all' | 'locked'): Promise<Wire> {
  return openWire({ port: stage.sallyport.port, user, database: 'postgres', password: stage.sallyport.token })
}

/** A Bind of one binary value. */
function bind(value: Uint8Array): FrontendMessage {
  return { type: 'Bind', portal: '', statement: '', parameterFormats: [1], parameters: [value], resultFormats: [] }
}

function headed(tag: string, length: number, body: string): Uint8Array {
  const head = Buffer.alloc(5)
  head.write(tag, 'latin1')
  head.writeInt32BE(length, 1)
  return Buffer.concat([head, Buffer.from(body, 'latin1')])
}

function message(tag: string, body: string): Uint8Array {
  return headed(tag, 4 + body.length, body)
}

function statesOf(seen: readonly BackendMessage[]): readonly (string | undefined)[] {
  return seen.flatMap((one) => (one.type === 'ErrorResponse' ? [noticeField(one, 'sqlState')] : []))
}
