import type { EngineStep } from './tour.ts'

/** A refusal reaches the client as an error of its own protocol, and the session goes on. */
export const refusedDrop: EngineStep = {
  title: 'DROP TABLE',
  run: async ({ engine, readonly, direct }, screen) => {
    const program = engine === 'postgres' ? 'psql' : 'mysql'
    screen.say(`This never reaches the database. ${program} prints what follows, as it prints any error of the server:`)
    screen.command(readonly.prompt, 'DROP TABLE customers;')
    const refusal = await readonly.refusal('DROP TABLE customers')
    screen.block(refusal?.lines ?? 'DROP TABLE')
    const after = await readonly.ask('SELECT 1 AS one')
    const there = await direct.ask(`SELECT count(*) FROM information_schema.tables WHERE table_name = 'customers'`)
    return [
      { promise: 'refused as a server refuses where a privilege is missing', held: refusal?.isDenial === true },
      {
        promise: 'the refusal names its rule, and what would be allowed',
        held: /rule read-only/.test(refusal?.lines ?? '') && /Allowed effects/.test(refusal?.lines ?? ''),
      },
      { promise: 'the session goes on', held: String(after.rows[0]?.[0]) === '1' },
      { promise: 'the table is still there', held: String(there.rows[0]?.[0]) === '1' },
    ]
  },
}
