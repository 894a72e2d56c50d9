import { cardNumber, iban } from './bank.ts'
import { COUNTRIES, type Country } from './countries.ts'
import { invent, type Person } from './person.ts'
import { PLACES } from './places.ts'
import { randomFor, type Random } from './random.ts'
import { date, timestamp, type JsonObject, type Table, type Value } from './table.ts'

/** A customer, with what other tables repeat of one. */
export interface Customer {
  readonly id: number
  readonly country: Country
  readonly person: Person
  readonly email: string
  readonly card: string
  readonly iban: string | null
  /** The columns of `public.customers` in order. */
  readonly row: readonly Value[]
}

/** Makes the customer with this number, from 1. */
export function customer(seed: number, id: number): Customer {
  const random = randomFor(seed, 'customer', id)
  const country = COUNTRY_POOL[id <= COUNTRIES.length ? id - 1 : random.integer(0, COUNTRY_POOL.length - 1)] as Country
  const person = invent(country, random)
  const email = `${person.handle}${random.chance(0.06) ? '+shop' : ''}${id}@${random.pick(MAIL_DOMAINS)}`
  const card = cardNumber(random)
  const account = iban(country, random)
  const joined = JOINED_FROM + Math.floor(random.fraction() * (JOINED_UNTIL - JOINED_FROM))
  const row = [
    id,
    uuid(random),
    person.fullName,
    person.givenName,
    person.familyName,
    email,
    person.phone,
    person.identifier.kind,
    person.identifier.value,
    date(person.born),
    country.code,
    `${country.language}-${country.code}`,
    card,
    `${String(random.integer(1, 12)).padStart(2, '0')}/${random.integer(27, 31)}`,
    account,
    random.pick(STATUSES),
    random.chance(0.3) ? TAGS.filter(() => random.chance(0.3)) : [],
    `${random.integer(0, 200) * 50}.00`,
    random.chance(0.4),
    address(random),
    profile(person, email, random),
    random.chance(0.05) ? `Called from ${person.phone}, wants mail to ${email} only` : null,
    timestamp(joined),
  ]
  return { id, country, person, email, card, iban: account, row }
}

/** The tables of countries, customers and their addresses. */
export function customerTables(seed: number, customers: readonly Customer[]): readonly Table[] {
  return [
    {
      name: 'public.countries',
      columns: ['code', 'name', 'currency'],
      rows: () => COUNTRIES.map((country) => [country.code, country.name, country.currency]),
    },
    { name: 'public.customers', columns: CUSTOMER_COLUMNS, rows: () => customers.map((one) => one.row) },
    {
      name: 'public.addresses',
      columns: [
        'id',
        'customer_id',
        'kind',
        'recipient',
        'line1',
        'line2',
        'postcode',
        'city',
        'country',
        'instructions',
      ],
      rows: function* () {
        let id = 0
        for (const one of customers) {
          const random = randomFor(seed, 'address', one.id)
          const kinds = random.chance(0.25) ? ['shipping', 'billing'] : ['shipping']
          for (const kind of kinds) yield addressRow(++id, kind, one, random)
        }
      },
    },
  ]
}

/** A version 4 UUID. */
export function uuid(random: Random): string {
  const hex = random.text(32, '0123456789abcdef')
  const variant = random.text(1, '89ab')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`
}

/** An address from the ranges kept for documentation (RFC 5737, RFC 3849). */
export function address(random: Random): string {
  if (random.chance(0.2)) return `2001:db8:${random.integer(1, 9999)}::${random.integer(1, 9999)}`
  return `${random.pick(['192.0.2', '198.51.100', '203.0.113'])}.${random.integer(1, 254)}`
}

function addressRow(id: number, kind: string, one: Customer, random: Random): readonly Value[] {
  const places = PLACES[one.country.code]
  if (places === undefined) throw new RangeError(`no places are known in ${one.country.code}`)
  const number = String(random.integer(1, 199))
  const line = places.line.replace('{street}', random.pick(places.streets)).replace('{number}', number)
  const floor = random.chance(0.2) ? `Apt ${random.integer(1, 40)}` : null
  const code = random.integer(1000, 9999)
  const instructions = random.chance(0.1) ? `Door code ${code}, phone ${one.person.phone}` : null
  const city = random.pick(places.cities)
  const { fullName } = one.person
  return [id, one.id, kind, fullName, line, floor, random.fill(places.postcode), city, one.country.code, instructions]
}

function profile(person: Person, email: string, random: Random): JsonObject {
  return {
    preferences: { theme: random.pick(['light', 'dark', 'system']), newsletter: random.chance(0.4) },
    contact: {
      email,
      phones: [person.phone],
      emergency: random.chance(0.2) ? { name: person.familyName, phone: person.phone } : null,
    },
    identity: { kind: person.identifier.kind, number: person.identifier.value, verified: random.chance(0.8) },
    loyalty: { points: random.integer(0, 25_000), tier: random.pick(['bronze', 'silver', 'gold']) },
    devices: Array.from({ length: random.integer(0, 2) }, () => ({
      id: random.text(16, '0123456789abcdef'),
      ip: address(random),
    })),
  }
}

const CUSTOMER_COLUMNS = [
  'id',
  'public_id',
  'full_name',
  'given_name',
  'family_name',
  'email',
  'phone',
  'national_id_kind',
  'national_id',
  'birth_date',
  'country',
  'locale',
  'card_number',
  'card_expires',
  'iban',
  'status',
  'tags',
  'credit_limit',
  'marketing_consent',
  'last_ip',
  'profile',
  'notes',
  'created_at',
]
// Each country as often as its weight says. The first forty customers are one of each.
const COUNTRY_POOL = [...COUNTRIES, ...COUNTRIES.flatMap((one) => Array.from({ length: one.weight * 10 }, () => one))]
const MAIL_DOMAINS = ['example.com', 'example.com', 'example.org', 'example.net', 'mail.example.com']
const STATUSES = ['active', 'active', 'active', 'active', 'dormant', 'blocked']
const TAGS = ['vip', 'wholesale', 'newsletter', 'fraud-review', 'employee', 'returns-often']
const JOINED_FROM = Date.UTC(2019, 0, 1)
const JOINED_UNTIL = Date.UTC(2024, 9, 31)
