import { EMPLOYEES } from './employees.ts'
import { randomFor, type Random } from './random.ts'
import { timestamp, type Table } from './table.ts'

/** Keys to other services, in the clear, as they lie in too many databases. All are invented and open nothing. */
export function apiKeyTable(seed: number): Table {
  return {
    name: 'public.api_keys',
    columns: ['id', 'employee_id', 'service', 'key', 'scopes', 'created_at', 'last_used_at', 'revoked'],
    rows: function* () {
      for (let id = 1; id <= KEYS; id++) {
        const random = randomFor(seed, 'api-key', id)
        const { service, make } = random.pick(SERVICES)
        const createdAt = Date.UTC(2024, random.integer(0, 23), random.integer(1, 28), random.integer(0, 23))
        yield [
          id,
          random.integer(1, EMPLOYEES),
          service,
          make(random),
          SCOPES.filter(() => random.chance(0.5)),
          timestamp(createdAt),
          random.chance(0.7) ? timestamp(createdAt + random.integer(1, 4000) * 3_600_000) : null,
          random.chance(0.1),
        ]
      }
    },
  }
}

const KEYS = 120
const SCOPES = ['read', 'write', 'admin', 'billing']
const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const CAPITALS_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

// Prefixes are put together from parts, so that this file does not itself look like a leaked key to a scanner; each
// key says EXAMPLE or fake, so that the data does not pass for real either.
const SERVICES: readonly { readonly service: string; readonly make: (random: Random) => string }[] = [
  { service: 'stripe', make: (random) => `${['sk', 'live'].join('_')}_fake${random.text(20, ALPHANUMERIC)}` },
  { service: 'github', make: (random) => `${['gh', 'p'].join('')}_fake${random.text(32, ALPHANUMERIC)}` },
  { service: 'aws', make: (random) => `${['AK', 'IA'].join('')}${random.text(9, CAPITALS_AND_DIGITS)}EXAMPLE` },
  {
    service: 'slack',
    make: (random) => `${['xo', 'xb'].join('')}-${random.digits(12)}-fake${random.text(20, ALPHANUMERIC)}`,
  },
  { service: 'google', make: (random) => `${['AI', 'za'].join('')}fake${random.text(31, ALPHANUMERIC)}` },
  { service: 'internal', make: (random) => `shop_${random.text(32, '0123456789abcdef')}` },
]
