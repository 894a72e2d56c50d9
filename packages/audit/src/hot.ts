import { canonical, canonicalNumber, canonicalShared, canonicalString } from './canonical.ts'
import type { RuleFacts, StatementFacts, StatementOutcome, StatementVerdict } from './event.ts'
import type { Members, Place } from './record.ts'

// Two of these are written for every statement, so their members are put together by hand in canonical order. A property holds each equal
// to the generic canonicaliser's, so a member added to the event and forgotten here fails a test.

/** The members of a verdict in canonical order. */
export function verdictMembers(event: StatementVerdict, place: Place): Members {
  const estimates = event.estimates === undefined ? '' : `"estimates":${canonical(event.estimates)},`
  const parameters = event.parameters === undefined ? '' : `"parameters":${canonical(event.parameters)},`
  return {
    before: `"action":${canonicalString(event.action)},"approvals":${list(event.approvals)},${estimates}"gateway":${place.gateway}`,
    after:
      `"id":${place.id},${parameters}"phase":"${event.phase}","previous":${place.previous},"rules":${rules(event.rules)},` +
      `"sequence":${place.sequence},"session":${canonicalShared(event.session)},"statement":${canonicalString(event.statement)},` +
      `"statements":${statements(event.statements)},"text":${canonicalString(event.text)},` +
      `"textLength":${canonicalNumber(event.textLength)},"time":${place.time},"type":"statement-verdict"`,
  }
}

/** The members of an outcome in canonical order. */
export function outcomeMembers(event: StatementOutcome, place: Place): Members {
  const sqlState = event.sqlState === undefined ? '' : `"sqlState":${canonicalString(event.sqlState)},`
  const limit = event.limit === undefined ? '' : `"limit":${canonical(event.limit)},`
  return {
    before: `"bytes":${canonicalNumber(event.bytes)},"durationUs":${canonical(event.durationUs)},"gateway":${place.gateway}`,
    after:
      `"id":${place.id},"injections":${list(event.injections)},${limit}"outcome":"${event.outcome}","previous":${place.previous},` +
      `"redactions":${list(event.redactions)},"rows":${canonicalNumber(event.rows)},"sequence":${place.sequence},` +
      `"session":${canonicalShared(event.session)},${sqlState}"statement":${canonicalString(event.statement)},` +
      `"time":${place.time},"type":"statement-outcome","verdict":${canonicalNumber(event.verdict)}`,
  }
}

function list(items: readonly object[]): string {
  return items.length === 0 ? '[]' : canonical(items)
}

function rules(facts: readonly RuleFacts[]): string {
  if (facts.length === 0) return '[]'
  const texts = facts.map(
    ({ action, observed, rule }) => `{"action":"${action}","observed":${observed},"rule":${canonicalString(rule)}}`,
  )
  return `[${texts.join(',')}]`
}

function statements(facts: readonly StatementFacts[] | 'unknown'): string {
  return facts === 'unknown' ? '"unknown"' : `[${facts.map(canonicalShared).join(',')}]`
}
