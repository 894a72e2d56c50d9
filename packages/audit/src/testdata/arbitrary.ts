import { ACTIONS, EFFECTS } from '@sallyport/core'
import * as fc from 'fast-check'
import type { AuditEvent, SessionFacts, StatementOutcome, StatementVerdict } from '../event.ts'
import { sessionFacts } from '../facts.ts'

/** Events as the gateway could make them, with texts from all of Unicode. */

const text = fc.string({ unit: 'grapheme', maxLength: 30 })
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined })
const count = fc.nat(1e9)

const identity = fc.record({
  subject: text,
  email: maybe(text),
  groups: fc.array(text, { maxLength: 3 }),
  method: fc.constantFrom('token' as const, 'oidc' as const),
  kind: fc.constantFrom('human' as const, 'mcp' as const, 'service' as const),
})

const session: fc.Arbitrary<SessionFacts> = fc
  .record({
    session: text,
    connection: text,
    agent: maybe(text),
    engine: fc.constantFrom('postgres' as const, 'mysql' as const),
    database: maybe(text),
    identity,
    application: maybe(text),
    source: text,
  })
  .chain((facts) => fc.constantFrom<SessionFacts>(facts, sessionFacts(facts)))

const action = fc.constantFrom(...ACTIONS)

export const verdict: fc.Arbitrary<StatementVerdict> = fc.record({
  type: fc.constant('statement-verdict' as const),
  session,
  statement: text,
  phase: fc.constantFrom('query', 'parse', 'bind', 'execute', 'function-call', 'copy', 'estimate'),
  text,
  textLength: count,
  parameters: maybe(
    fc.array(
      fc.record({
        type: count,
        format: fc.constantFrom('text' as const, 'binary' as const),
        length: fc.option(count, { nil: null }),
      }),
      { maxLength: 3 },
    ),
  ),
  estimates: maybe(
    fc.array(fc.record({ statement: count, cost: maybe(count), rows: maybe(count) }), { maxLength: 3 }),
  ),
  statements: fc.oneof(
    fc.constant('unknown' as const),
    fc.array(
      fc.record({
        kind: text,
        fingerprint: text,
        effects: fc.subarray([...EFFECTS]),
        relations: fc.array(
          fc.record({ schema: maybe(text), name: text, access: fc.constantFrom('read' as const, 'write' as const) }),
          { maxLength: 3 },
        ),
      }),
      { maxLength: 3 },
    ),
  ),
  action,
  rules: fc.array(fc.record({ rule: text, action, observed: fc.boolean() }), { maxLength: 3 }),
  approvals: fc.array(
    fc.record({
      approval: text,
      stage: text,
      by: text,
      decision: fc.constantFrom('approved' as const, 'refused' as const, 'expired' as const),
      at: text,
    }),
    { maxLength: 2 },
  ),
})

export const outcome: fc.Arbitrary<StatementOutcome> = fc.record({
  type: fc.constant('statement-outcome' as const),
  session,
  statement: text,
  verdict: count,
  outcome: fc.constantFrom('completed', 'failed', 'suspended', 'cancelled', 'limited', 'skipped', 'lost'),
  sqlState: maybe(text),
  rows: count,
  bytes: count,
  durationUs: fc.record({ queue: maybe(count), gate: maybe(count), database: maybe(count), masking: maybe(count) }),
  redactions: fc.array(
    fc.record({ schema: maybe(text), table: maybe(text), column: text, type: text, strategy: text, count }),
    { maxLength: 3 },
  ),
  injections: fc.array(fc.record({ column: text, detector: text, count }), { maxLength: 2 }),
  limit: maybe(fc.record({ rule: text, kind: fc.constantFrom('rows', 'bytes', 'time'), maximum: count })),
})

const others: fc.Arbitrary<AuditEvent> = fc.oneof(
  fc.record({ type: fc.constant('session-open' as const), session }),
  fc.record({
    type: fc.constant('session-close' as const),
    session,
    reason: fc.constantFrom('client' as const, 'agent' as const, 'killed' as const),
    statements: count,
    bytes: count,
    durationMs: count,
  }),
  fc.record({
    type: fc.constant('login' as const),
    result: fc.constantFrom('ok' as const, 'refused' as const),
    identity: maybe(identity),
    connection: maybe(text),
    engine: fc.constantFrom('postgres' as const, 'mysql' as const),
    source: text,
    encrypted: fc.boolean(),
    reason: maybe(text),
  }),
)

export const event: fc.Arbitrary<AuditEvent> = fc.oneof(verdict, outcome, others)
