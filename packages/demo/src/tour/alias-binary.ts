import { column, CUSTOMER_IDS, isKept, type EngineStep } from './tour.ts'

/** A column is known by where it comes from, not by what it is called, and in both of the protocol's formats. */
export const aliasAndBinary: EngineStep = {
  title: 'The same columns under other names, and in binary',
  run: async ({ readonly, direct }, screen) => {
    screen.say('Other names, another format on the wire. Where a value comes from is what counts.')
    screen.command(readonly.prompt, QUERY)
    const held = await direct.askInBinary(QUERY)
    const got = await readonly.askInBinary(QUERY)
    screen.sideBySide(
      { title: 'The database holds (binary)', grid: held },
      { title: 'The client gets (binary)', grid: got },
    )
    return [
      { promise: 'the answer is in binary', held: got.formats.every((format) => format === 'binary') },
      { promise: 'as many rows as there are', held: got.rows.length === CUSTOMER_IDS.length },
      {
        promise: 'no protected value is in the answer',
        held: held.columns.every((name) => isKept(column(held, name), got)),
      },
    ]
  },
}

const QUERY = `SELECT c.email AS a, c.card_number AS b, c.national_id AS c
FROM customers AS c WHERE c.id IN (${CUSTOMER_IDS.join(', ')}) ORDER BY c.id`
