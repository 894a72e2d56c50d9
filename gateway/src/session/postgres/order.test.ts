import { encodeBackend, encodeFrontend, type BackendMessage } from '@sallyport/pg-wire'
import { expect, it } from 'vitest'
import { setPostgresStage } from '../testdata/postgres-stage.ts'

it('a read is forwarded once its record is written, and its rows leave once the record is durable', async () => {
  const stage = setPostgresStage()
  stage.client(query('read'))
  expect(stage.events).toEqual(['append', 'flush', 'forward'])
  stage.agent(ROW, COMPLETE, READY)
  expect(stage.toClient).toHaveLength(0)
  await stage.disk.sync()
  expect(Buffer.concat(stage.toClient).equals(Buffer.concat([ROW, COMPLETE, READY]))).toBe(true)
})

it('what can change something is forwarded only when its record is durable, and holds back what follows', async () => {
  const stage = setPostgresStage()
  stage.client(query('write'), query('read'))
  expect(stage.events).toEqual(['append', 'flush'])
  await stage.disk.sync()
  // What was held leaves in one piece with what it held back.
  expect(stage.events).toEqual(['append', 'flush', 'append', 'flush', 'forward'])
  expect(Buffer.concat(stage.toAgent).toString()).toMatch(/SELECT write.*SELECT read/s)
})

it('rows of a second statement wait for its own record, also while rows of the first wait', async () => {
  const stage = setPostgresStage()
  stage.client(query('read'))
  stage.agent(ROW, COMPLETE, READY)
  stage.disk.startSync()
  stage.client(query('read'))
  stage.agent(ROW, COMPLETE, READY)
  await stage.disk.endSync()
  expect(Buffer.concat(stage.toClient)).toHaveLength(ROW.length + COMPLETE.length + READY.length)
  await stage.disk.sync()
  expect(Buffer.concat(stage.toClient)).toHaveLength(2 * (ROW.length + COMPLETE.length + READY.length))
})

it('a refused statement never reaches the agent; the client gets the refusal in its place among the replies', async () => {
  const stage = setPostgresStage()
  stage.client(query('read'), query('refuse'), query('read'))
  expect(Buffer.concat(stage.toAgent).toString()).not.toContain('SELECT refuse')
  stage.agent(COMPLETE, READY, SYNTAX_ERROR, READY, COMPLETE, READY)
  await stage.disk.sync()
  const text = Buffer.concat(stage.toClient).toString()
  expect(text).toContain('not allowed')
  expect(text).not.toContain('syntax error')
  expect(text.indexOf('SELECT 1')).toBeLessThan(text.indexOf('not allowed'))
  expect(text.indexOf('not allowed')).toBeLessThan(text.lastIndexOf('SELECT 1'))
})

it('a statement whose record cannot be written is refused and not forwarded', () => {
  const stage = setPostgresStage()
  stage.disk.broken = true
  stage.client(query('read'))
  expect(Buffer.concat(stage.toAgent).toString()).not.toContain('SELECT read')
  stage.agent(SYNTAX_ERROR, READY)
  expect(Buffer.concat(stage.toClient).toString()).toContain('58030')
})

it('a disk that fails before a result is durable ends the session, and no row leaves', async () => {
  const stage = setPostgresStage()
  stage.client(query('read'))
  stage.agent(ROW, COMPLETE, READY)
  await stage.disk.fail()
  expect(stage.toClient).toHaveLength(0)
  expect(stage.failures).toHaveLength(1)
})

function query(what: 'read' | 'write' | 'refuse'): Uint8Array {
  return encodeFrontend({ type: 'Query', query: `SELECT ${what}` })
}

function message(what: BackendMessage): Uint8Array {
  return encodeBackend(what)
}

const FIELD = { name: 'x', tableOid: 0, attribute: 0, typeOid: 25, typeSize: -1, typeModifier: -1, format: 0 }
const ROW = Buffer.concat([
  message({ type: 'RowDescription', fields: [FIELD] }),
  message({ type: 'DataRow', values: [Buffer.from('value')] }),
])
const COMPLETE = message({ type: 'CommandComplete', commandTag: 'SELECT 1' })
const READY = message({ type: 'ReadyForQuery', status: 'idle' })
const SYNTAX_ERROR = message({
  type: 'ErrorResponse',
  fields: [
    { code: 'S', value: 'ERROR' },
    { code: 'C', value: '42601' },
    { code: 'M', value: 'syntax error at or near "Sallyport"' },
  ],
})
