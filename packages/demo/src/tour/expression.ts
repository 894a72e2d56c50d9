import { column, CUSTOMER_IDS, isKept, type EngineStep } from './tour.ts'

/** What flows through an expression, a subquery or a set operation stays protected. */
export const expression: EngineStep = {
  title: 'The same values inside something else',
  run: async ({ readonly, direct }, screen) => {
    screen.say(
      'An expression has no column to be recognised by. Whatever cannot be told apart is protected as a whole.',
    )
    screen.command(readonly.prompt, QUERY)
    const held = await direct.ask(QUERY)
    const got = await readonly.ask(QUERY)
    screen.sideBySide({ title: 'The database holds', grid: held }, { title: 'The client gets', grid: got })
    const { rows: pieces } = await direct.ask(
      `SELECT email, upper(email), substr(card_number, 1, 10) FROM customers WHERE id IN (${CUSTOMER_IDS.join(', ')})`,
    )
    return [
      { promise: 'as many rows as there are', held: got.rows.length === CUSTOMER_IDS.length },
      {
        promise: 'no protected value is in the answer, nor a piece of one',
        held: held.columns.every((name) => isKept(column(held, name), got)) && isKept(pieces.flat(), got),
      },
    ]
  },
}

const QUERY = `SELECT concat(upper(c.email), '/', substr(c.card_number, 1, 10)) AS both_of_them,
       (SELECT max(d.email) FROM customers AS d WHERE d.id = c.id) AS hidden
FROM customers AS c WHERE c.id IN (${CUSTOMER_IDS.join(', ')}) ORDER BY c.id`
