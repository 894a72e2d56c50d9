import { CLIENT, decodeBackendAs, type SessionCommand } from '@sallyport/mysql-wire'
import { createConnection, type Connection } from 'mysql2/promise'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  type MysqlPacket,
  type MysqlWire,
  type MysqlWireOptions,
  mysqlFlavours,
  openMysqlWire,
  startMysqlServer,
  type TestMysql,
  until,
} from '../../support/index.ts'
import { type MysqlRelayPort, type MysqlRelayPortOptions, startMysqlRelayPort } from './relay-port.ts'
import { createShop, RULES, SECRETS } from './shop.ts'

describe.each(mysqlFlavours())('a relay before %s', (flavour) => {
  let server: TestMysql
  const ports: MysqlRelayPort[] = []
  const wires: MysqlWire[] = []

  beforeAll(async () => {
    server = await startMysqlServer(flavour, {
      settings: { 'log-bin-trust-function-creators': '1', 'max-allowed-packet': '64M' },
    })
    await createShop(server)
  })

  afterEach(async () => {
    for (const wire of wires.splice(0)) wire.destroy()
    for (const port of ports.splice(0)) await port.stop()
  })

  afterAll(() => server?.stop())

  async function relay(options: Partial<MysqlRelayPortOptions> = {}): Promise<MysqlRelayPort> {
    const { user, password } = server
    const port = await startMysqlRelayPort({
      mysql: server,
      user,
      password,
      database: 'shop',
      rules: RULES,
      ...options,
    })
    ports.push(port)
    return port
  }

  async function open(port: MysqlRelayPort, options: Partial<MysqlWireOptions> = {}): Promise<MysqlWire> {
    const wire = await openMysqlWire({ port: port.port, user: 'x', password: '', ...options })
    wires.push(wire)
    return wire
  }

  const driver = (port: MysqlRelayPort): Promise<Connection> =>
    createConnection({ host: '127.0.0.1', port: port.port, user: 'x', multipleStatements: true })

  function shown(port: MysqlRelayPort): readonly string[] {
    const bytes = Buffer.concat(port.sent)
    return SECRETS.filter((secret) => bytes.includes(secret))
  }

  it('masks rows that a cursor holds', async () => {
    const port = await relay()
    const wire = await open(port)
    const id = statementIdOf(await prepare(wire, 'SELECT id, ssn AS name, email FROM people ORDER BY id'))
    await reply(wire, execute(id, 1))
    const first = await reply(wire, { type: 'COM_STMT_FETCH', statementId: id, rows: 1 })
    const second = await reply(wire, { type: 'COM_STMT_FETCH', statementId: id, rows: 5 })
    expect(rowsOf(first).length + rowsOf(second).length).toBe(2)
    expect(Buffer.concat(rowsOf(first)).includes('[redacted]')).toBe(true)
    expect(shown(port)).toEqual([])
  })

  it('masks rows whose columns are described no second time', async () => {
    const port = await relay()
    const wire = await open(port)
    const id = statementIdOf(await prepare(wire, 'SELECT ssn AS name FROM people'))
    for (let round = 0; round < 3; round += 1) await reply(wire, execute(id))
    expect(Buffer.concat(port.sent).includes('[redacted]')).toBe(true)
    expect(shown(port)).toEqual([])
  })

  it('ends a session whose rows nobody describes', async () => {
    const port = await relay()
    const wire = await open(port, { with: CLIENT.OPTIONAL_RESULTSET_METADATA })
    await wire.query("SET SESSION resultset_metadata = 'NONE'")
    await wire.query('SELECT ssn FROM people').catch(() => [])
    // MariaDB has no such setting, and describes its rows.
    expect(port.failures.map(({ code }) => code)).toEqual(flavour === 'mysql' ? ['undescribed-rows'] : [])
    expect(shown(port)).toEqual([])
  })

  it('tells no default of a protected column', async () => {
    const port = await relay()
    const wire = await open(port)
    await reply(wire, { type: 'COM_FIELD_LIST', table: 'people', wildcard: '' })
    expect(shown(port)).toEqual([])
  })

  it("keeps other people's statements from COM_PROCESS_INFO", async () => {
    const port = await relay()
    const other = await server.connect()
    const sleeping = other.query("SELECT sleep(5), '123-45-6789'").catch(() => {})
    const wire = await open(port)
    await reply(wire, { type: 'COM_PROCESS_INFO' })
    expect(shown(port)).toEqual([])
    other.destroy()
    await sleeping
  })

  it.each([
    ['beside a masked one', 'SELECT ssn, repeat("a", 17000000) AS pad, id FROM people'],
    ['that is masked', 'SELECT concat(ssn, repeat("a", 17000000)) AS pad, id FROM people'],
  ])('masks rows with a value of more than a packet %s, and counts on', async (_, text) => {
    const port = await relay()
    const wire = await open(port)
    const packets = await wire.query(text)
    const ids = packets.flatMap(({ raw }) => idsOf(raw.bytes))
    expect(ids).toEqual(ids.map((__, index) => (index + 1) & 0xff))
    expect(shown(port)).toEqual([])
    expect((await wire.query('SELECT 1')).length).toBeGreaterThan(2)
  })

  it('ends a session whose masked row is larger than the limit', async () => {
    const port = await relay({ limits: { maskedRowBytes: 1_000_000 } })
    const wire = await open(port)
    await wire.query('SELECT ssn, repeat("a", 2000000) FROM people').catch(() => [])
    expect(port.failures.map(({ sqlState }) => sqlState)).toEqual(['54000'])
    expect(shown(port)).toEqual([])
  })

  it('reads a text by the sql_mode that one before it in the pipeline sets', async () => {
    const port = await relay()
    const wire = await open(port)
    wire.send(query("SET sql_mode = 'ANSI_QUOTES'"), query('SELECT concat("ssn", \'\') FROM people'), query('DO 1'))
    await wire.replies(3)
    expect(Buffer.concat(port.sent).includes('[redacted]')).toBe(true)
    expect(shown(port)).toEqual([])
  })

  it('masks by new rules from the next statement on', async () => {
    const port = await relay()
    const wire = await open(port)
    await wire.query('SELECT name FROM people')
    expect(Buffer.concat(port.sent).includes('bob')).toBe(true)
    const masking = Buffer.from(JSON.stringify({ columns: [{ match: '*.people.name', strategy: 'null' }] }))
    port.control({ type: 'policy', version: '2', masking })
    port.sent.length = 0
    await wire.query('SELECT name FROM people')
    expect(Buffer.concat(port.sent).includes('bob')).toBe(false)
  })

  it('tells what was hidden before the last packet of the reply', async () => {
    const port = await relay()
    const wire = await open(port)
    await wire.query('SELECT ssn, id FROM people')
    expect(port.redactions).toEqual([
      { schema: 'shop', table: 'people', column: 'ssn', type: 'varchar', strategy: 'redact', statement: 0, count: 2 },
    ])
  })

  it('cancels what runs, and the session goes on', async () => {
    const port = await relay()
    const wire = await open(port)
    wire.send(query('SELECT sleep(60)'))
    const answer = wire.replies(1, 30_000)
    await until(async () => (await server.sessions()).some(({ info }) => info?.includes('sleep(60)') === true))
    port.control({ type: 'cancel' })
    await answer
    expect(rowsOf(await wire.query('SELECT 42'))).toHaveLength(1)
  })

  it('ends a statement that runs longer than the floor allows, whatever it is', async () => {
    const port = await relay({ floor: { statementTimeoutMs: 300 } })
    const wire = await open(port)
    await wire.query('SELECT sleep(60)')
    await wire.query('DO sleep(60)')
    await wire.query('SELECT 1')
    expect(port.failures).toEqual([])
  })

  it('leaves no session in the database when the client goes in the middle of a statement', async () => {
    const port = await relay()
    const wire = await open(port)
    wire.send(query('SELECT sleep(60)'))
    const runs = async (): Promise<boolean> =>
      (await server.sessions()).some(({ info }) => info?.includes('sleep(60)') === true)
    await until(runs)
    wire.destroy()
    await until(async () => !(await runs()))
    expect(port.failures).toEqual([])
  })

  describe('with a read-only floor', () => {
    it.each([
      'DELETE FROM people',
      'SET SESSION TRANSACTION READ WRITE',
      'SET @@session.transaction_read_only = 0',
      'SET transaction_read_only = DEFAULT',
      'START TRANSACTION READ WRITE',
      'CREATE TEMPORARY TABLE t (a int)',
      'CALL p_rows()',
      'SELECT f_ssn(1)',
      "PREPARE s FROM 'DELETE FROM people'",
      'SELECT 1; DELETE FROM people',
      "SELECT 1 INTO OUTFILE '/tmp/never'",
      'no statement at all',
    ])('refuses %s', async (text) => {
      const wire = await open(await relay({ floor: { readOnly: true } }))
      const error = errorOf(await wire.query(text))
      expect(error).toMatchObject({ errorCode: 1142, sqlState: '42000' })
      expect(errorOf(await wire.query('SELECT 1'))).toBeUndefined()
    })

    it('stays read-only behind COM_RESET_CONNECTION', async () => {
      const port = await relay({ floor: { readOnly: true } })
      const wire = await open(port)
      await reply(wire, { type: 'COM_RESET_CONNECTION' })
      const variable = flavour === 'mariadb' ? '@@session.tx_read_only' : '@@session.transaction_read_only'
      const rows = rowsOf(await wire.query(`SELECT ${variable}`))
      expect(rows).toEqual([Buffer.from('\u00011', 'latin1')])
      expect(port.failures).toEqual([])
    })
  })

  it('goes on behind COM_RESET_CONNECTION with its prepared statements gone', async () => {
    const port = await relay()
    const wire = await open(port)
    const id = statementIdOf(await prepare(wire, 'SELECT 1'))
    wire.send({ type: 'COM_RESET_CONNECTION' }, execute(id), query('SELECT ssn FROM people'))
    const packets = await wire.replies(3)
    expect(packets.filter(({ kind }) => kind === 'err')).toHaveLength(1)
    expect(shown(port)).toEqual([])
  })

  it('puts a refusal in its place among the replies', async () => {
    const wire = await open(await relay())
    wire.send(query('SELECT 1'), query('SET @a = (SELECT ssn FROM people LIMIT 1)'), query('SELECT 2'))
    const packets = await wire.replies(3)
    expect(packets.filter(({ last }) => last).map(({ kind }) => kind === 'err')).toEqual([false, true, false])
  })

  it('gives what is redacted a value of its type, in both formats', async () => {
    await server.query(`DROP TABLE IF EXISTS all_types; CREATE TABLE all_types (${columnsOf(flavour).join(', ')})`)
    await server.query(`INSERT INTO all_types VALUES (${valuesOf(flavour).join(', ')})`)
    const port = await relay({ rules: { columns: [{ match: '*.all_types.*', strategy: 'redact' }] } })
    const connection = await driver(port)
    try {
      const [text] = await connection.query({ sql: 'SELECT * FROM all_types', rowsAsArray: true })
      const [binary] = await connection.execute({ sql: 'SELECT * FROM all_types', rowsAsArray: true })
      // A binary time of zero has no digits behind its point.
      expect(JSON.stringify(binary)).toBe(JSON.stringify(text).replaceAll('00:00:00.000000', '00:00:00'))
      const raw = await connection.query({
        sql: 'SELECT * FROM all_types',
        rowsAsArray: true,
        typeCast: (field: { buffer: () => Buffer | null }) => field.buffer(),
      })
      const [values = []] = raw[0] as unknown as (readonly (Buffer | null)[])[]
      expect(values.filter((value) => value === null)).toEqual([])
      // Strict: what is no value of a column's type is refused.
      const marks = values.map(() => '?')
      const parameters = values.map((value, index) => {
        const type = typesOf(flavour)[index]?.[0] ?? ''
        // The empty string that an enum shows for what is none of its words cannot be written.
        if (type.startsWith('enum')) return 'a'
        return BYTES.test(type) ? value : value?.toString('latin1')
      })
      await server.query(`INSERT INTO all_types VALUES (${marks.join(', ')})`, parameters)
    } finally {
      connection.destroy()
    }
  })
})

const query = (text: string): SessionCommand => ({ type: 'COM_QUERY', attributes: [], query: Buffer.from(text) })

function execute(statementId: number, flags = 0): SessionCommand {
  return { type: 'COM_STMT_EXECUTE', statementId, flags, parameters: [], bound: false }
}

async function reply(wire: MysqlWire, message: SessionCommand): Promise<readonly MysqlPacket[]> {
  wire.send(message)
  return wire.replies(1)
}

function prepare(wire: MysqlWire, text: string): Promise<readonly MysqlPacket[]> {
  return reply(wire, { type: 'COM_STMT_PREPARE', query: Buffer.from(text) })
}

function statementIdOf([first]: readonly MysqlPacket[]): number {
  return Buffer.from(first?.raw.payload ?? []).readUInt32LE(1)
}

function rowsOf(packets: readonly MysqlPacket[]): readonly Buffer[] {
  return packets.filter(({ kind }) => kind === 'row').map(({ raw }) => Buffer.from(raw.payload))
}

function errorOf(packets: readonly MysqlPacket[]): unknown {
  const found = packets.find(({ kind }) => kind === 'err')
  return found && decodeBackendAs('ERR', found.raw.payload, { flags: CLIENT.PROTOCOL_41, extended: 0 })
}

/** Sequence ids of all packets of a message. */
function idsOf(bytes: Uint8Array): readonly number[] {
  const ids: number[] = []
  for (let at = 0; at < bytes.length;) {
    ids.push(bytes[at + 3] ?? -1)
    at += 4 + ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16))
  }
  return ids
}

/** A column of every type, with a value. */
const TYPES: readonly (readonly [type: string, value: string, flavour?: 'mysql' | 'mariadb'])[] = [
  ['tinyint', '1'],
  ['tinyint unsigned', '200'],
  ['smallint', '2'],
  ['mediumint', '3'],
  ['int', '4'],
  ['int(6) zerofill', '4'],
  ['bigint unsigned', '18446744073709551615'],
  ['float', '1.5'],
  ['double', '2.5'],
  ['decimal(12,4)', '3.1415'],
  ['decimal(5,0)', '3'],
  ['bit(1)', "b'1'"],
  ['bit(10)', "b'1010101010'"],
  ['year', '2020'],
  ['date', "'2020-02-02'"],
  ['time', "'-11:12:13'"],
  ['time(6)', "'11:12:13.123456'"],
  ['datetime', "'2020-02-02 11:12:13'"],
  ['datetime(3)', "'2020-02-02 11:12:13.123'"],
  ['timestamp(6)', "'2020-02-02 11:12:13.123456'"],
  ['char(4)', "'abcd'"],
  ['varchar(3)', "'abc'"],
  ['varchar(300)', "'abc'"],
  ['binary(4)', "'abcd'"],
  ['varbinary(20)', "'abcd'"],
  ['tinytext', "'abc'"],
  ['longtext', "'abc'"],
  ['tinyblob', "'abc'"],
  ['blob', "'abc'"],
  ["enum('a','b')", "'a'"],
  ["set('a','b')", "'a,b'"],
  ['json', '\'{"a": 1}\''],
  ['point', "st_geomfromtext('POINT(1 2)')"],
  ['geometry', "st_geomfromtext('LINESTRING(1 2, 3 4)')"],
  ['vector(3)', "to_vector('[1,2,3]')", 'mysql'],
  ['uuid', "'123e4567-e89b-12d3-a456-426655440000'", 'mariadb'],
  ['inet6', "'2001:db8::1'", 'mariadb'],
  ['inet4', "'192.0.2.1'", 'mariadb'],
]

/** Types whose values are no text. */
const BYTES = /^(?:bit|binary|varbinary|tinyblob|blob|point|geometry|vector)/

function typesOf(flavour: string): typeof TYPES {
  return TYPES.filter(([, , only]) => only === undefined || only === flavour)
}

function columnsOf(flavour: string): readonly string[] {
  return typesOf(flavour).map(([type], index) => `c${index} ${type} NOT NULL`)
}

function valuesOf(flavour: string): readonly string[] {
  return typesOf(flavour).map(([, value]) => value)
}
