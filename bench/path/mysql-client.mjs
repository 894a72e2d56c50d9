// MariaDB and MySQL as the parts of the bench that know no engine see them; `env` is what the driver takes to connect.
import { Buffer } from 'node:buffer'
import { createConnection } from 'mysql2/promise'
import { run } from './command.mjs'

/** A derived table of the numbers from 1 to a million, in what both servers understand. */
const NUMBERS = `(
  WITH d AS (SELECT 0 n UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5
             UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9)
  SELECT 1 + a.n * 100000 + b.n * 10000 + c.n * 1000 + e.n * 100 + f.n * 10 + g.n AS i FROM d a, d b, d c, d e, d f, d g)`

export const mysqlClient = {
  /** What reads the table as a user would. */
  program: 'mysql',
  fill: `
    DROP TABLE IF EXISTS big;
    CREATE TABLE big (id int PRIMARY KEY, name varchar(40), email varchar(60), card varchar(19), total decimal(10,2), country int,
                      created datetime, active boolean, token char(32)) CHARACTER SET utf8mb4;
    INSERT INTO big
    SELECT i, concat('customer ', i), concat('customer', i, '@example.com'), concat('4000', lpad(i, 12, '0')), (i * 7919 % 100000) / 100,
           i % 40, '2026-01-01' - INTERVAL i SECOND, i % 3 = 0, md5(i)
    FROM ${NUMBERS} numbers
    ORDER BY i;
    ANALYZE TABLE big`,

  /** A session: `query` and `close`. */
  async open(env) {
    const client = await createConnection({ ...env, multipleStatements: env.user === 'root' })
    return { query: (sql) => client.query(sql), close: () => client.end() }
  },

  /** The milliseconds that the ordinary client needs, its output thrown away; it prints rows as they come. */
  async read({ host, port, user, password, database }, sql) {
    const args = ['--no-defaults', '-h', host, '-P', String(port), '-u', user, '-NBq', '-e', sql, database]
    return (await run('mysql', args, { MYSQL_PWD: password }, { discard: true })).ms
  },

  /** The milliseconds that five gigabytes need, in rows of 5 kB; the ordinary client would take longer to print them. */
  readFiveGigabytes(env) {
    return mysqlClient.bareRead(env, MILLION_ROWS_OF_5_KB)
  },

  /** The milliseconds from the query to its end, for a client that looks only for the end. */
  async bareRead(env, sql) {
    const client = await createConnection(env)
    // It ends without a goodbye.
    client.on('error', () => undefined)
    // The driver logs in; its socket is then read past the driver.
    const socket = client.connection.stream
    socket.removeAllListeners('data')
    const body = Buffer.from(`\u0003${sql}`, 'utf8')
    const head = Buffer.alloc(4)
    head.writeUIntLE(body.length, 0, 3)
    const started = performance.now()
    const done = new Promise((resolve, reject) => {
      let tail = Buffer.alloc(0)
      let bytes = 0
      socket.on('data', (chunk) => {
        if (bytes === 0 && chunk[4] === 0xff) reject(new Error(chunk.toString('utf8', 13)))
        bytes += chunk.length
        tail =
          chunk.length >= EOF_BYTES ? chunk.subarray(-EOF_BYTES) : Buffer.concat([tail, chunk]).subarray(-EOF_BYTES)
        // The EOF packet behind the rows. The one behind the column definitions looks alike and comes with rows behind it.
        if (bytes > BEFORE_ROWS_BYTES && tail.readUIntLE(0, 3) === 5 && tail[4] === 0xfe) resolve()
      })
      socket.once('error', reject).once('close', () => reject(new Error('the connection was closed')))
    })
    socket.write(Buffer.concat([head, body]))
    await done
    const ms = performance.now() - started
    socket.destroy()
    return ms
  },
}

// Header, 0xfe, warnings and status; the driver does not ask for OK packets in its place.
const EOF_BYTES = 9
const BEFORE_ROWS_BYTES = 64 * 1024
const MILLION_ROWS_OF_5_KB = `SELECT repeat('x', 5000) FROM ${NUMBERS} numbers`
