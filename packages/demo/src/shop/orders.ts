import { address, uuid, type Customer } from './customers.ts'
import type { Product } from './products.ts'
import { randomFor, type Random } from './random.ts'
import { money, timestamp, type Table, type Value } from './table.ts'

/** Orders fall into these months, one partition each. */
export const FIRST_MONTH = { year: 2024, month: 11 } as const
/** How many months. */
export const MONTHS = 24

/** The tables of orders, what was ordered and how it was paid. */
export function orderTables(
  seed: number,
  count: number,
  customers: readonly Customer[],
  products: readonly Product[],
): readonly Table[] {
  const orderOf = (id: number): Order => order(seed, id, count, customers, products)
  return [
    {
      name: 'public.orders',
      columns: ORDER_COLUMNS,
      rows: function* () {
        for (let id = 1; id <= count; id++) yield orderRow(orderOf(id))
      },
    },
    {
      name: 'public.order_items',
      columns: ['order_id', 'placed_at', 'line', 'product_id', 'quantity', 'unit_price', 'gift_message'],
      rows: function* () {
        for (let id = 1; id <= count; id++) yield* itemRows(orderOf(id))
      },
    },
    {
      name: 'public.payments',
      columns: PAYMENT_COLUMNS,
      rows: function* () {
        for (let id = 1; id <= count; id++) {
          const row = paymentRow(orderOf(id))
          if (row !== undefined) yield row
        }
      },
    },
  ]
}

interface Order {
  readonly id: number
  readonly placedAt: number
  readonly customer: Customer
  readonly status: string
  readonly items: readonly { readonly product: Product; readonly quantity: number }[]
  readonly totalCents: number
  /** For what only one of the tables needs. */
  readonly random: Random
}

/** All of an order follows from its number, so each table makes it anew and none is held. */
function order(
  seed: number,
  id: number,
  count: number,
  customers: readonly Customer[],
  products: readonly Product[],
): Order {
  const random = randomFor(seed, 'order', id)
  const slot = (END - START) / count
  const placedAt = Math.floor(START + (id - 1) * slot + random.fraction() * slot)
  // A few customers order much: the square moves the choice towards the low numbers.
  const index = Math.floor(random.fraction() ** 2 * customers.length)
  const items = Array.from({ length: random.pick(LINES) }, () => ({
    product: random.pick(products),
    quantity: random.pick(QUANTITIES),
  }))
  const totalCents = items.reduce((sum, item) => sum + item.product.priceCents * item.quantity, 0)
  const isRecent = END - placedAt < 10 * DAY_MS
  const status = random.pick(isRecent ? OPEN_STATUSES : DONE_STATUSES)
  return { id, placedAt, customer: customers[index] as Customer, status, items, totalCents, random }
}

function orderRow(one: Order): readonly Value[] {
  const { customer, random } = one
  const note = random.chance(0.03) ? `Please ring ${customer.person.fullName} at ${customer.person.phone}` : null
  const coupon = random.chance(0.1) ? random.pick(['WELCOME10', 'SPRING', 'FREESHIP']) : null
  return [
    one.id,
    timestamp(one.placedAt),
    customer.id,
    one.status,
    money(one.totalCents),
    customer.country.currency,
    address(random),
    random.pick(USER_AGENTS),
    coupon,
    note,
  ]
}

function itemRows(one: Order): readonly (readonly Value[])[] {
  return one.items.map((item, at) => {
    const gift = one.random.chance(0.01) ? `For ${one.customer.person.givenName}, with love` : null
    return [
      one.id,
      timestamp(one.placedAt),
      at + 1,
      item.product.id,
      item.quantity,
      money(item.product.priceCents),
      gift,
    ]
  })
}

function paymentRow(one: Order): readonly Value[] | undefined {
  if (one.status === 'cart' || one.status === 'cancelled') return undefined
  const { customer, random } = one
  const id = uuid(random)
  const byTransfer = customer.iban !== null && random.chance(0.3)
  const paidAt = one.placedAt + random.integer(2, 3600) * 1000
  return [
    id,
    one.id,
    timestamp(one.placedAt),
    byTransfer ? 'transfer' : 'card',
    money(one.totalCents),
    customer.country.currency,
    byTransfer ? null : customer.card,
    customer.person.fullName,
    byTransfer ? customer.iban : null,
    `PAY-${random.text(10, '23456789ABCDEFGHJKLMNPQRSTUVWXYZ')}`,
    one.status === 'returned',
    timestamp(paidAt),
  ]
}

const ORDER_COLUMNS = [
  'id',
  'placed_at',
  'customer_id',
  'status',
  'total',
  'currency',
  'client_ip',
  'user_agent',
  'coupon',
  'note',
]
const PAYMENT_COLUMNS = [
  'id',
  'order_id',
  'placed_at',
  'method',
  'amount',
  'currency',
  'card_number',
  'card_holder',
  'iban',
  'reference',
  'refunded',
  'paid_at',
]
const DAY_MS = 24 * 60 * 60 * 1000
const START = Date.UTC(FIRST_MONTH.year, FIRST_MONTH.month - 1)
const END = Date.UTC(FIRST_MONTH.year, FIRST_MONTH.month - 1 + MONTHS)
const LINES = [1, 1, 1, 2, 2, 3, 4]
const QUANTITIES = [1, 1, 1, 1, 2, 2, 3, 5]
const OPEN_STATUSES = ['cart', 'paid', 'paid', 'shipped']
const DONE_STATUSES = [
  'delivered',
  'delivered',
  'delivered',
  'delivered',
  'delivered',
  'delivered',
  'returned',
  'cancelled',
]
const USER_AGENTS = [
  'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15',
  'ShopApp/7.4 (Android 15)',
]
