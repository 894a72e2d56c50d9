import type { Analysis, Finding, Statement } from '@sallyport/core'
import { share } from './canonical.ts'
import type { RuleFacts, SessionFacts, StatementFacts } from './event.ts'

/** The session's part of its records; frozen, and written to text once. Make a new one when the agent or the identity becomes known. */
export function sessionFacts(facts: SessionFacts): SessionFacts {
  const { subject, email, groups, method, kind } = facts.identity
  return share({ ...facts, identity: { subject, email, groups: [...groups], method, kind } })
}

/** The recorded part of what is known of a text; remembered per statement, so a cached analysis costs a look-up. */
export function statementFacts(analysis: Analysis): readonly StatementFacts[] | 'unknown' {
  return analysis.ok ? analysis.statements.map(factsOf) : 'unknown'
}

/** The recorded part of the rules that matched: their ids and actions, never the operator's prose. */
export function ruleFacts(findings: readonly Finding[]): readonly RuleFacts[] {
  return findings.map(({ rule, action, observed }) => ({ rule, action, observed }))
}

/** At most `maxLength` UTF-16 code units from the start of a text, without halving a surrogate pair. */
export function clipText(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text
  const last = text.charCodeAt(maxLength - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? maxLength - 1 : maxLength)
}

function factsOf(statement: Statement): StatementFacts {
  const known = FACTS.get(statement)
  if (known !== undefined) return known
  const facts = share<StatementFacts>({
    kind: statement.kind,
    fingerprint: statement.fingerprint,
    effects: [...statement.effects],
    relations: statement.relations.map(({ schema, name, access }) => ({ schema, name, access })),
  })
  FACTS.set(statement, facts)
  return facts
}

const FACTS = new WeakMap<Statement, StatementFacts>()
