import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startPostgres, type PostgresServer } from '../postgres.ts'
import { createScreen } from '../screen/screen.ts'
import { loadShop } from '../shop/load-postgres.ts'
import { STEPS } from './steps.ts'
import { column, CUSTOMER_IDS, type Tour } from './tour.ts'

// The tour with nothing between it and the database: what it then calls right, it would call right of anything.

let server: PostgresServer
let client: Client

beforeAll(async () => {
  server = await startPostgres()
  const shop = await loadShop(server, { orders: 200, customers: 150, tickets: 20 })
  client = new Client({ connectionString: server.url(shop.database) })
  await client.connect()
}, 60_000)

afterAll(async () => {
  await client?.end()
  await server?.stop()
})

test.each(STEPS.slice(0, 6).map((step) => [step.title, step] as const))(
  'a step sees when nothing is masked or refused: %s',
  async (_title, step) => {
    const screen = createScreen({ write: () => {} }, {})
    const tour: Tour = {
      screen,
      readonly: client,
      write: client,
      direct: client,
      auditDirectory: '',
      sallyport: () => Promise.resolve({ code: 0, output: '' }),
    }
    const checks = await step.run(tour)
    expect(checks.filter((check) => !check.held)).not.toEqual([])
  },
)

test('the customers of the tour have in the database all that it shows', async () => {
  const { rows, fields } = await client.query<(string | null)[]>({
    text: `SELECT email, card_number, national_id, birth_date::text FROM customers WHERE id = ANY ($1)`,
    values: [CUSTOMER_IDS],
    rowMode: 'array',
  })
  const grid = { columns: fields.map((field) => field.name), rows }
  for (const name of grid.columns) expect(column(grid, name).filter((value) => value !== null)).toHaveLength(4)
})
