import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  mysqlFlavours,
  mysqlInstallation,
  runMysqlProgram,
  startMysqlProgram,
  temporaryDirectory,
  until,
  type MysqlFlavour,
  type MysqlLogin,
  type ProcessResult,
} from '../support/index.ts'
import { startMysqlClients, type MysqlClients } from './mysql-setup.ts'

/** Whose programs can speak with a server: MySQL's own have no method left that MariaDB has. */
function programsFor(server: MysqlFlavour): readonly MysqlFlavour[] {
  const able = server === 'mysql' ? (['mysql', 'mariadb'] as const) : (['mariadb'] as const)
  return able.filter((flavour) => mysqlInstallation(flavour)?.program('client') !== undefined)
}

describe.each(mysqlFlavours())('before %s', (server) => {
  let clients: MysqlClients
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mysql-programs-'))
    clients = await startMysqlClients(server)
    await clients.mysql.query(`
      CREATE TABLE people (id INT PRIMARY KEY, name VARCHAR(40) NOT NULL, born DATE, note TEXT, picture BLOB,
        kind ENUM('small', 'big'), score DECIMAL(8, 3), KEY people_name (name)) COMMENT 'who is who';
      INSERT INTO people WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
        SELECT a.i + 1000 * b.i, CONCAT('person ', a.i), DATE_ADD('1950-01-01', INTERVAL a.i DAY), REPEAT('é', a.i % 50),
          UNHEX(SHA2(a.i, 256)), IF(a.i % 2, 'small', 'big'), a.i / 7 FROM n AS a, n AS b WHERE b.i <= 5;
      CREATE VIEW adults AS SELECT id, name FROM people WHERE born < '2008-01-01';
      CREATE PROCEDURE twice(IN a INT) SELECT a * 2 AS b;
      CREATE TRIGGER named BEFORE INSERT ON people FOR EACH ROW SET NEW.name = TRIM(NEW.name)`)
  })

  afterAll(async () => {
    await clients?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  describe.each(programsFor(server))('the programs of %s', (flavour) => {
    const client = (
      input: string,
      args: readonly string[] = [],
      login = clients.through('readonly'),
    ): Promise<ProcessResult> => runMysqlProgram(login, { flavour, program: 'client', args, input })

    it('show the same as without Sallyport', async () => {
      const script = `SHOW TABLES; DESCRIBE people; SHOW CREATE TABLE people\\G SHOW INDEX FROM people; SHOW CREATE VIEW adults;
        SHOW FULL COLUMNS FROM people; SHOW PROCEDURE STATUS WHERE Db = 'shop'; SHOW WARNINGS;
        SELECT kind, COUNT(*), AVG(score) FROM people GROUP BY kind; SELECT NULL, '', 'a\\tb\\nc'; SELECT * FROM adults ORDER BY id LIMIT 3;\n`
      const through = await client(script, ['--table', '--column-type-info'])
      const wanted = await client(script, ['--table', '--column-type-info'], clients.direct)
      expect(wanted.stderr).toBe('')
      expect(through).toEqual(wanted)
    })

    it.each([
      ['at once', []],
      ['row by row', ['--quick']],
      ['compressed', COMPRESSED],
      ['over TLS', TLS],
      ['over TLS, compressed', [...TLS, ...COMPRESSED]],
    ] as const)('read a large result %s', async (_, args) => {
      const script = 'SELECT * FROM people ORDER BY id;\n'
      const wanted = await client(script, [], clients.direct)
      expect(wanted.stdout.length).toBeGreaterThan(200_000)
      const { stdout, stderr } = await client(
        script,
        args.map((arg) => argumentFor(flavour, arg)),
      )
      expect(stderr).toBe('')
      expect(stdout === wanted.stdout).toBe(true)
    })

    // MariaDB's know no zstd.
    it.each(flavour === 'mysql' ? ZSTD : [])(
      'read and send much, compressed by %s at level %i',
      async (names, level) => {
        const args = [`--compression-algorithms=${names}`, `--zstd-compression-level=${level}`, '--ssl-mode=REQUIRED']
        const script = 'SELECT * FROM people ORDER BY id;\n'
        const wanted = await client(script, [], clients.direct)
        expect(await client(script, args)).toEqual(wanted)
        const long = 'sallyport '.repeat(100_000)
        const { stdout, stderr } = await client(`SELECT SHA2('${long}', 256) AS hash;\n`, args)
        expect(stderr).toBe('')
        expect(stdout).toBe(`hash\n${createHash('sha256').update(long).digest('hex')}\n`)
      },
    )

    it('source a large dump', async () => {
      const { text } = await dumped(flavour, clients.direct, ['--net-buffer-length=65536'], ['people'])
      expect(text.length).toBeGreaterThan(200_000)
      const file = join(folder, `${flavour}.sql`)
      await writeFile(file, text.replaceAll('`people`', '`sourced`').replaceAll(/`?named`? BEFORE/g, '`named2` BEFORE'))
      const { stderr } = await client(`source ${file}\n`, ['--skip-reconnect'], clients.through('everything'))
      expect(stderr).toBe('')
      const sums = "COUNT(*) AS n, SUM(CRC32(CONCAT_WS('|', id, name, born, note, HEX(picture), kind, score))) AS s"
      expect(await clients.mysql.query(`SELECT ${sums} FROM sourced`)).toEqual(
        await clients.mysql.query(`SELECT ${sums} FROM people`),
      )
      await clients.mysql.query('DROP TABLE sourced')
    })

    it('load a file of the client where the connection allows it, and not elsewhere', async () => {
      const file = join(folder, 'rows.tsv')
      await writeFile(file, Array.from({ length: 3000 }, (_, n) => `${n}\tline ${n}\n`).join(''))
      const script = `CREATE TEMPORARY TABLE loaded (a INT, b VARCHAR(20)); LOAD DATA LOCAL INFILE '${file}' INTO TABLE loaded; SELECT COUNT(*), SUM(a) FROM loaded;\n`
      const loaded = await client(script, ['--local-infile=1', '--skip-column-names'], clients.through('everything'))
      expect(loaded.stderr).toBe('')
      expect(loaded.stdout).toBe(`3000\t${(2999 * 3000) / 2}\n`)
      const refused = await client(`LOAD DATA LOCAL INFILE '${file}' INTO TABLE people;\n`, ['--local-infile=1'])
      expect(refused.stderr).toContain('ERROR')
      expect(refused.stderr).not.toContain('2013')
    })

    it('read a refusal as an error with the rule, and go on', async () => {
      const { stderr, stdout } = await client('DROP TABLE people; SELECT 1 AS one;\n', ['--force'])
      expect(stderr).toMatch(/ERROR 1142 \(42000\) at line 1: .*read-only/)
      expect(stdout).toBe('one\n1\n')
      expect(await clients.mysql.query('SELECT COUNT(*) AS n FROM people')).toEqual([{ n: 5000 }])
    })

    it.each(['everything', 'readonly'] as const)('dump the same on the connection %s', async (connection) => {
      const wanted = await dumped(flavour, clients.direct, ['--routines', '--triggers'])
      expect(wanted.text).toContain('CREATE TABLE `people`')
      const { text, result } = await dumped(flavour, clients.through(connection), ['--routines', '--triggers'])
      expect(result).toEqual(wanted.result)
      expect(text === wanted.text).toBe(true)
    })

    it('cancel what runs by Ctrl-C', async () => {
      const running = await startMysqlProgram(clients.through('readonly'), {
        flavour,
        program: 'client',
        args: ['-e', 'SELECT SLEEP(60)'],
      })
      const sleeping = async (): Promise<number> =>
        (await clients.mysql.sessions()).filter(({ info }) => info?.includes('SLEEP(60)') === true).length
      await until(async () => (await sleeping()) === 1, { what: 'the sleep' })
      running.child.kill('SIGINT')
      expect((await running.ended).stdout).not.toContain('SLEEP(60)\n0')
      await until(async () => (await sleeping()) === 0, { what: 'the end of the sleep' })
    })
  })
})

describe.runIf(mysqlFlavours().length === 2)("MySQL's client before MariaDB", () => {
  it('logs in through Sallyport, which it cannot without', async () => {
    const clients = await startMysqlClients('mariadb')
    try {
      const run = { flavour: 'mysql', program: 'client', input: 'SELECT 1 AS one;\n' } as const
      expect((await runMysqlProgram(clients.direct, run)).stderr).toContain('ERROR 2059')
      expect(await runMysqlProgram(clients.through('readonly'), run)).toMatchObject({ code: 0, stdout: 'one\n1\n' })
    } finally {
      await clients.stop()
    }
  })
})

/** A dump, which is too large to be kept as a program's output. */
async function dumped(
  flavour: MysqlFlavour,
  login: MysqlLogin,
  args: readonly string[],
  tables: readonly string[] = [],
): Promise<{ readonly text: string; readonly result: ProcessResult }> {
  const directory = await temporaryDirectory('dump')
  try {
    const file = join(directory.path, 'dump.sql')
    const all = [...DUMP[flavour], '--hex-blob', `--result-file=${file}`, ...args]
    const result = await runMysqlProgram(login, { flavour, program: 'dump', args: all, tables })
    return { text: await readFile(file, 'utf8'), result }
  } finally {
    await directory.remove()
  }
}

/** The words of each flavour's own client for what both can do. */
function argumentFor(flavour: MysqlFlavour, argument: string): string {
  return (flavour === 'mysql' ? MYSQL_WORDS[argument] : undefined) ?? argument
}

const TLS = ['--ssl']
const COMPRESSED = ['--compress']
const ZSTD = [
  ['zstd', 1],
  ['zstd', 22],
  ['zstd,zlib,uncompressed', 3],
] as const
const MYSQL_WORDS: Readonly<Record<string, string>> = {
  '--ssl': '--ssl-mode=REQUIRED',
  '--compress': '--compression-algorithms=zlib',
}
const DUMP: Readonly<Record<MysqlFlavour, readonly string[]>> = {
  mariadb: ['--single-transaction', '--skip-dump-date', '--skip-lock-tables', '--no-tablespaces'],
  mysql: [
    '--single-transaction',
    '--skip-dump-date',
    '--skip-lock-tables',
    '--no-tablespaces',
    '--set-gtid-purged=OFF',
    '--column-statistics=0',
  ],
}
