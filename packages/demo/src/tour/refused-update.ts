import { refused } from './refusal.ts'
import type { Step } from './tour.ts'

/** A connection that may write still may not write everything at once. */
export const refusedUpdate: Step = {
  title: 'UPDATE without WHERE, on the connection that may write',
  run: async ({ screen, write, direct }) => {
    const before = await prices(direct)
    screen.say('Each level of risk is a connection of its own. shop-write may change rows, when it says which.')
    screen.command('shop-write=>', `${EVERYTHING};`)
    const refusal = await refused(write, EVERYTHING)
    screen.block(refusal?.lines ?? 'UPDATE')
    screen.command('shop-write=>', `${ONE};`)
    const changed = await write.query(ONE)
    screen.block(`UPDATE ${changed.rowCount}`)
    const after = await prices(direct)
    return [
      { promise: 'refused with SQLSTATE 42501', held: refusal?.sqlState === '42501' },
      { promise: 'with a WHERE it runs, and changes one row', held: changed.rowCount === 1 },
      {
        promise: 'in the database one price is changed, and no other',
        held: before.filter((price, at) => price !== after[at]).length === 1 && before.length === after.length,
      },
    ]
  },
}

async function prices(direct: Parameters<Step['run']>[0]['direct']): Promise<readonly string[]> {
  const { rows } = await direct.query<{ price: string }>('SELECT price FROM products ORDER BY id')
  return rows.map((row) => row.price)
}

const EVERYTHING = 'UPDATE products SET price = price * 2'
const ONE = 'UPDATE products SET price = price * 2 WHERE id = 1'
