import { Buffer } from 'node:buffer'
import { Client } from 'pg'
import { median, run } from './command.mjs'

/** One million rows of nine columns, read by psql and by a reader that does nothing but count bytes. */
export async function measureReads({ targets, direct }, say) {
  say('filling a table of a million rows')
  const client = new Client(connectionOf(direct))
  await client.connect()
  try {
    await client.query(FILL)
  } finally {
    await client.end()
  }
  const ways = targets.flatMap(({ name, env, masked }) => [
    { name, env },
    ...(masked === undefined ? [] : [{ name: `${name}, two columns masked`, env: masked }]),
  ])
  const times = new Map(ways.map(({ name }) => [name, { psql: [], bare: [] }]))
  // In turns, so that whatever else the machine does is spread over all.
  for (let round = 0; round < ROUNDS; round++) {
    for (const { name, env } of ways) {
      say(`a million rows, ${name}, round ${round + 1} of ${ROUNDS}`)
      times.get(name).psql.push((await run('psql', ['-XAtq', '-c', READ], env, { discard: true })).ms)
      times.get(name).bare.push(await bareRead(env))
    }
  }
  return ways.map(({ name }) => ({
    target: name,
    psqlMs: Math.round(median(times.get(name).psql)),
    bareMs: Math.round(median(times.get(name).bare)),
  }))
}

/** The milliseconds from the query to its end, for a client that looks only for the end. */
async function bareRead(env) {
  const client = new Client(connectionOf(env))
  await client.connect()
  // It ends without a goodbye.
  client.on('error', () => undefined)
  // The driver logs in; its socket is then read past the driver.
  const socket = client.connection.stream
  socket.removeAllListeners('data')
  const started = performance.now()
  const body = Buffer.from(`${READ}\0`, 'utf8')
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
}

export function connectionOf(env) {
  return {
    host: env.PGHOST,
    port: Number(env.PGPORT),
    user: env.PGUSER,
    password: env.PGPASSWORD,
    database: env.PGDATABASE,
  }
}

const ROUNDS = 3
const READ = 'SELECT * FROM big'
const FILL = `
  DROP TABLE IF EXISTS big;
  CREATE TABLE big AS
  SELECT i AS id, 'customer ' || i AS name, 'customer' || i || '@example.com' AS email, '4000' || lpad(i::text, 12, '0') AS card,
         (i::bigint * 7919 % 100000)::numeric / 100 AS total, i % 40 AS country, now() - i * interval '1 second' AS created, i % 3 = 0 AS active,
         md5(i::text) AS token
  FROM generate_series(1, 1000000) i;
  ANALYZE big`
