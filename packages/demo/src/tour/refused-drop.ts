import { refused } from './refusal.ts'
import type { Step } from './tour.ts'

/** A refusal reaches the client as an error of its own protocol, and the session goes on. */
export const refusedDrop: Step = {
  title: 'DROP TABLE',
  run: async ({ screen, readonly, direct }) => {
    screen.say('This never reaches the database. psql prints what follows, as it prints any error of the server:')
    screen.command('shop-readonly=>', 'DROP TABLE customers;')
    const refusal = await refused(readonly, 'DROP TABLE customers')
    screen.block(refusal?.lines ?? 'DROP TABLE')
    const after = await readonly.query<{ one: number }>('SELECT 1 AS one')
    const { rows } = await direct.query<{ there: boolean }>(
      `SELECT to_regclass('public.customers') IS NOT NULL AS there`,
    )
    return [
      { promise: 'refused with SQLSTATE 42501', held: refusal?.sqlState === '42501' },
      {
        promise: 'the refusal names its rule, and what would be allowed',
        held: /^DETAIL: /m.test(refusal?.lines ?? '') && /^HINT: /m.test(refusal?.lines ?? ''),
      },
      { promise: 'the session goes on', held: after.rows[0]?.one === 1 },
      { promise: 'the table is still there', held: rows[0]?.there === true },
    ]
  },
}
