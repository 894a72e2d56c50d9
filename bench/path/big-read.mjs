import { median } from './command.mjs'

/** One million rows of nine columns, read by the engine's own client and by a reader that does nothing but count bytes. */
export async function measureReads({ targets, direct }, client, rounds, say) {
  say('filling a table of a million rows')
  const session = await client.open(direct)
  try {
    await session.query(client.fill)
  } finally {
    await session.close()
  }
  const ways = targets.flatMap(({ name, env, masked }) => [
    { name, env },
    ...(masked === undefined ? [] : [{ name: `${name}, two columns masked`, env: masked }]),
  ])
  const times = new Map(ways.map(({ name }) => [name, { program: [], bare: [] }]))
  // In turns, so that whatever else the machine does is spread over all.
  for (let round = 0; round < rounds; round++) {
    for (const { name, env } of ways) {
      say(`a million rows, ${name}, round ${round + 1} of ${rounds}`)
      times.get(name).program.push(await client.read(env, READ))
      times.get(name).bare.push(await client.bareRead(env, READ))
    }
  }
  return ways.map(({ name }) => ({
    target: name,
    [`${client.program}Ms`]: Math.round(median(times.get(name).program)),
    bareMs: Math.round(median(times.get(name).bare)),
  }))
}

const READ = 'SELECT * FROM big'
