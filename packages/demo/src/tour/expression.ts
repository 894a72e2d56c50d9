import { ask, column, CUSTOMER_IDS, isKept, type Step } from './tour.ts'

/** What flows through an expression, a subquery or a set operation stays protected. */
export const expression: Step = {
  title: 'The same values inside something else',
  run: async ({ screen, readonly, direct }) => {
    screen.say(
      'An expression has no column to be recognised by. Whatever cannot be told apart is protected as a whole.',
    )
    screen.command('shop-readonly=>', QUERY)
    const held = await ask(direct, QUERY)
    const got = await ask(readonly, QUERY)
    screen.sideBySide({ title: 'The database holds', grid: held }, { title: 'The client gets', grid: got })
    const { rows: pieces } = await direct.query<{ email: string; card: string }>(
      `SELECT email, substr(card_number, 1, 10) AS card FROM customers WHERE id IN (${CUSTOMER_IDS.join(', ')})`,
    )
    return [
      { promise: 'as many rows as there are', held: got.rows.length === CUSTOMER_IDS.length },
      {
        promise: 'no protected value is in the answer, nor a piece of one',
        held:
          held.columns.every((name) => isKept(column(held, name), got)) &&
          isKept(
            pieces.flatMap((piece) => [piece.email, piece.email.toUpperCase(), piece.card]),
            got,
          ),
      },
    ]
  },
}

const QUERY = `SELECT upper(c.email) || '/' || substr(c.card_number, 1, 10) AS both,
       (SELECT max(d.email) FROM customers AS d WHERE d.id = c.id) AS hidden
FROM customers AS c WHERE c.id IN (${CUSTOMER_IDS.join(', ')}) ORDER BY c.id`
