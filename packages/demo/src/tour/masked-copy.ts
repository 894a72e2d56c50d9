import type { Grid } from '../screen/screen.ts'
import type { Guest } from './guest.ts'
import { column, CUSTOMER_IDS, isKept, type EngineStep } from './tour.ts'

/** COPY is another way out, and is masked like any other. */
export const maskedCopy: EngineStep = {
  title: 'COPY … TO STDOUT',
  only: 'postgres',
  run: async ({ readonly, direct }, screen) => {
    screen.say('What pg_dump and \\copy use. Rows come in a format of their own, and leave masked like all others.')
    screen.command(readonly.prompt, COPY)
    const held = await copied(direct)
    const got = await copied(readonly)
    screen.sideBySide({ title: 'The database holds', grid: held }, { title: 'The client gets', grid: got })
    const dates = column(got, 'birth_date')
    return [
      { promise: 'as many rows as there are', held: got.rows.length === CUSTOMER_IDS.length },
      { promise: 'what is not protected is untouched', held: column(got, 'id').join() === CUSTOMER_IDS.join() },
      {
        promise: 'no protected value is in the answer',
        held: ['email', 'iban', 'birth_date'].every((name) => isKept(column(held, name), got)),
      },
      { promise: 'a date that is masked as NULL is NULL', held: dates.every((day) => day === null) },
    ]
  },
}

async function copied(guest: Guest): Promise<Grid> {
  const text = (await guest.copyOut?.(COPY)) ?? ''
  const lines = text.split('\n').slice(0, -1)
  return {
    columns: COLUMNS,
    rows: lines.map((line) => line.split('\t').map((field) => (field === '\\N' ? null : field))),
  }
}

const COLUMNS = ['id', 'email', 'iban', 'birth_date']
const COPY = `COPY (SELECT ${COLUMNS.join(', ')} FROM customers WHERE id IN (${CUSTOMER_IDS.join(', ')}) ORDER BY id) TO STDOUT`
