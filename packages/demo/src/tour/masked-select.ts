import { column, CUSTOMER_IDS, isKept, type EngineStep } from './tour.ts'

/** Rows come back masked, and what is not protected comes back as it is. */
export const maskedSelect: EngineStep = {
  title: 'A query, as anyone would type it',
  run: async ({ readonly, direct }, screen) => {
    screen.say(
      'The client is an ordinary one. The same statement goes straight to the database, and through Sallyport.',
    )
    screen.command(readonly.prompt, QUERY)
    const held = await direct.ask(QUERY)
    const got = await readonly.ask(QUERY)
    screen.sideBySide({ title: 'The database holds', grid: held }, { title: 'The client gets', grid: got })
    const domains = column(held, 'email').map((email) => email?.split('@')[1])
    return [
      { promise: 'as many rows as there are', held: got.rows.length === CUSTOMER_IDS.length },
      { promise: 'what is not protected is untouched', held: same(held, got, 'full_name') },
      {
        promise: 'no protected value is in the answer, whole or within another',
        held: PROTECTED.every((name) => isKept(column(held, name), got)),
      },
      {
        promise: 'an e-mail address keeps its domain, a card its last four digits',
        held:
          column(got, 'email').every((email, at) => email?.endsWith(`@${domains[at]}`) === true) &&
          column(got, 'card_number').every(
            (card, at) => card?.slice(-4) === column(held, 'card_number')[at]?.slice(-4),
          ),
      },
    ]
  },
}

function same(a: Parameters<typeof column>[0], b: Parameters<typeof column>[0], name: string): boolean {
  return column(a, name).join('\n') === column(b, name).join('\n')
}

const PROTECTED = ['email', 'card_number']
const QUERY = `SELECT full_name, email, card_number
FROM customers WHERE id IN (${CUSTOMER_IDS.join(', ')}) ORDER BY id`
