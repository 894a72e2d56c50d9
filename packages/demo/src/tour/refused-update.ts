import type { EngineStep, TourEngine } from './tour.ts'

/** A connection that may write still may not write everything at once. */
export const refusedUpdate: EngineStep = {
  title: 'UPDATE without WHERE, on the connection that may write',
  run: async ({ write, direct }, screen) => {
    const before = await prices(direct)
    screen.say('Each level of risk is a connection of its own. This one may change rows, when it says which.')
    screen.command(write.prompt, `${EVERYTHING};`)
    const refusal = await write.refusal(EVERYTHING)
    screen.block(refusal?.lines ?? 'UPDATE')
    screen.command(write.prompt, `${ONE};`)
    const changed = await write.change(ONE)
    screen.block(changed.line)
    const after = await prices(direct)
    return [
      { promise: 'refused as a server refuses where a privilege is missing', held: refusal?.isDenial === true },
      { promise: 'with a WHERE it runs, and changes one row', held: changed.rows === 1 },
      {
        promise: 'in the database one price is changed, and no other',
        held: before.filter((price, at) => price !== after[at]).length === 1 && before.length === after.length,
      },
    ]
  },
}

async function prices(direct: TourEngine['direct']): Promise<readonly (string | null)[]> {
  return (await direct.ask('SELECT price FROM products ORDER BY id')).rows.flat()
}

const EVERYTHING = 'UPDATE products SET price = price * 2'
const ONE = 'UPDATE products SET price = price * 2 WHERE id = 1'
