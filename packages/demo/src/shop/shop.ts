import { apiKeyTable } from './api-keys.ts'
import { customer, customerTables } from './customers.ts'
import { employeeTables } from './employees.ts'
import { orderTables } from './orders.ts'
import { products, productTable } from './products.ts'
import type { Table } from './table.ts'
import { ticketTable } from './tickets.ts'

/** How large the sample is, and which of the endless many it is. */
export interface ShopOptions {
  readonly seed?: number
  readonly orders?: number
  readonly customers?: number
  readonly tickets?: number
}

/**
 * The sample shop: invented people in forty countries, what they bought and what they wrote. The same options give the
 * same rows. Values lie in ranges set apart for tests and fiction wherever there are any. Tables come in an order in
 * which each finds the rows it refers to already there.
 */
export function shop(options: ShopOptions = {}): readonly Table[] {
  const { seed = 1, orders = 100_000, customers: customerCount = 20_000, tickets = 6000 } = options
  const customers = Array.from({ length: customerCount }, (_, at) => customer(seed, at + 1))
  const stock = products(seed)
  return [
    ...customerTables(seed, customers),
    productTable(stock),
    ...orderTables(seed, orders, customers, stock),
    ...employeeTables(seed),
    ticketTable(seed, tickets, customers),
    apiKeyTable(seed),
  ]
}
