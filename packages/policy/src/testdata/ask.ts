import type { Analysis, Identity, Verdict } from '@sallyport/core'
import { defineRule, type Rule } from '@sallyport/guardrails'
import { DEFAULT_POSTGRES_SETTINGS, loadPostgres } from '@sallyport/sql'
import type { ConnectionPolicy, PolicyConfig } from '../config.ts'
import { compilePolicy, type Policy, type Request } from '../policy.ts'

const postgres = await loadPostgres()

/** The facts of a text, from the server's own grammar. */
export function analyse(text: string): Analysis {
  return postgres.analyse(text, DEFAULT_POSTGRES_SETTINGS)
}

/** Somebody of these groups. */
export function identity(part: Partial<Identity> = {}): Identity {
  return { subject: 'alice', email: undefined, groups: ['dev'], method: 'token', kind: 'human', ...part }
}

/** A connection for everybody in `dev` with these sets. */
export function connection(part: Partial<ConnectionPolicy> & { readonly sets?: readonly string[] } = {}): ConnectionPolicy {
  const { sets = [], ...rest } = part
  return {
    name: 'shop',
    access: { groups: ['dev'], users: [], kinds: [] },
    guardrails: sets.map((set) => ({ set, when: undefined, unless: undefined })),
    ...rest,
  }
}

/** A policy of one connection, `shop`, with these rules in a set, and the named built-in sets. */
export function policyOf(rules: readonly (Partial<Rule> & Pick<Rule, 'id' | 'action'>)[], sets: readonly string[] = []): Policy {
  const config: PolicyConfig = {
    sets: { own: rules.map(defineRule) },
    connections: [connection({ sets: [...sets, 'own'] })],
  }
  return compilePolicy(config)
}

/** The verdict on a text for somebody of `dev` on `shop`. */
export function verdictOn(policy: Policy, text: string, part: Partial<Request> = {}): Verdict {
  return policy.decide({
    identity: identity(),
    connection: 'shop',
    analysis: analyse(text),
    now: new Date('2026-01-12T12:00:00Z'),
    ...part,
  })
}
