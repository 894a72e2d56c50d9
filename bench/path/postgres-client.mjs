// PostgreSQL as the parts of the bench that know no engine see it; `env` is a libpq environment.
import { Buffer } from 'node:buffer'
import { Client } from 'pg'
import { run } from './command.mjs'

export const postgresClient = {
  /** What reads the table as a user would. */
  program: 'psql',
  fill: `
    DROP TABLE IF EXISTS big;
    CREATE TABLE big AS
    SELECT i AS id, 'customer ' || i AS name, 'customer' || i || '@example.com' AS email, '4000' || lpad(i::text, 12, '0') AS card,
           (i::bigint * 7919 % 100000)::numeric / 100 AS total, i % 40 AS country, now() - i * interval '1 second' AS created, i % 3 = 0 AS active,
           md5(i::text) AS token
    FROM generate_series(1, 1000000) i;
    ANALYZE big`,

  /** A session: `query` and `close`. */
  async open(env) {
    const client = new Client(connectionOf(env))
    await client.connect()
    return { query: (sql) => client.query(sql), close: () => client.end() }
  },

  /** The milliseconds that the ordinary client needs, its output thrown away. */
  async read(env, sql) {
    return (await run('psql', ['-XAtq', '-c', sql], env, { discard: true })).ms
  },

  /** The milliseconds that five gigabytes need, in rows of 5 kB. */
  readFiveGigabytes(env) {
    return postgresClient.read(env, `COPY (SELECT repeat('x', 5000) FROM generate_series(1, 1000000)) TO STDOUT`)
  },

  /** The milliseconds from the query to its end, for a client that looks only for the end. */
  async bareRead(env, sql) {
    const client = new Client(connectionOf(env))
    await client.connect()
    // It ends without a goodbye.
    client.on('error', () => undefined)
    // The driver logs in; its socket is then read past the driver.
    const socket = client.connection.stream
    socket.removeAllListeners('data')
    const started = performance.now()
    const body = Buffer.from(`${sql}\0`, 'utf8')
    const head = Buffer.alloc(5)
    head.write('Q')
    head.writeInt32BE(body.length + 4, 1)
    const done = new Promise((resolve, reject) => {
      socket.on('data', (chunk) => {
        const end = chunk.length - 6
        if (end >= 0 && chunk[end] === 0x5a && chunk.readInt32BE(end + 1) === 5) resolve()
      })
      socket.once('error', reject)
    })
    socket.write(Buffer.concat([head, body]))
    await done
    const ms = performance.now() - started
    socket.destroy()
    return ms
  },
}

function connectionOf(env) {
  return {
    host: env.PGHOST,
    port: Number(env.PGPORT),
    user: env.PGUSER,
    password: env.PGPASSWORD,
    database: env.PGDATABASE,
  }
}
