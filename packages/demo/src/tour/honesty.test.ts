import { afterAll, beforeAll, expect, test } from 'vitest'
import { startPostgres, type PostgresServer } from '../postgres.ts'
import { createScreen } from '../screen/screen.ts'
import { loadShop } from '../shop/load-postgres.ts'
import type { Guest } from './guest.ts'
import { postgresGuest } from './postgres-guest.ts'
import { ENGINE_STEPS } from './steps.ts'
import { column, CUSTOMER_IDS, type TourEngine } from './tour.ts'

// The tour with nothing between it and the database: what it then calls right, it would call right of anything.

let server: PostgresServer
let guest: Guest

beforeAll(async () => {
  server = await startPostgres()
  const shop = await loadShop(server, { orders: 200, customers: 150, tickets: 20 })
  guest = await postgresGuest('postgres=#', { connectionString: server.url(shop.database) })
}, 60_000)

afterAll(async () => {
  await guest?.close()
  await server?.stop()
})

test.each(ENGINE_STEPS.filter(({ only }) => only !== 'mysql').map((step) => [step.title, step] as const))(
  'a step sees when nothing is masked or refused: %s',
  async (_title, step) => {
    const engine: TourEngine = { engine: 'postgres', name: 'PostgreSQL', readonly: guest, write: guest, direct: guest }
    const checks = await step.run(engine, createScreen({ write: () => {} }, {}))
    expect(checks.filter((check) => !check.held)).not.toEqual([])
  },
)

test('the customers of the tour have in the database all that it shows', async () => {
  const grid = await guest.ask(
    `SELECT email, card_number, national_id, birth_date FROM customers WHERE id IN (${CUSTOMER_IDS.join(', ')})`,
  )
  for (const name of grid.columns) expect(column(grid, name).filter((value) => value !== null)).toHaveLength(4)
})
