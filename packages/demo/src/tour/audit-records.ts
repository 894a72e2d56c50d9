import { readAuditLog, type AuditRecord } from './audit-log.ts'
import type { Step, Tour, TourEngine } from './tour.ts'

/** The log tells the story of the tour: who asked what, what was decided, what came of it. */
export const auditRecords: Step = {
  title: 'What the audit log says',
  run: async ({ screen, engines, auditDirectory }) => {
    screen.say('Two records for each statement: the verdict before anything of it is forwarded, the outcome after.')
    const records = await whenWritten(auditDirectory)
    const verdicts = records.filter((record) => record['type'] === 'statement-verdict')
    const outcomes = new Map(records.filter(isOutcome).map((record) => [String(record['statement']), record]))
    screen.blank()
    const columns = screen.width < WIDE_COLUMNS ? NARROW : WIDE
    screen.table({
      columns,
      rows: verdicts.slice(-SHOWN).map((verdict) => {
        const facts = factsOf(verdict, outcomes.get(String(verdict['statement'])))
        return columns.map((name) => facts[name] ?? '')
      }),
    })
    const saw = (engine: TourEngine, text: string, action: string): boolean =>
      verdicts.some(
        (one) => engineOf(one) === engine.engine && String(one['text']).startsWith(text) && one['action'] === action,
      )
    const masked = [...outcomes.values()].reduce((sum, one) => sum + redactions(one), 0)
    return [
      {
        promise: 'every query and every refusal is in it, for each database',
        held: engines.every(
          (engine) =>
            saw(engine, 'SELECT full_name', 'allow') && saw(engine, 'DROP', 'deny') && saw(engine, 'UPDATE', 'deny'),
        ),
      },
      { promise: 'it says who asked', held: verdicts.every((one) => subject(one) === 'alice@example.com') },
      { promise: 'it counts what was masked', held: masked > 0 },
    ]
  },
}

function factsOf(verdict: AuditRecord, outcome: AuditRecord | undefined): Readonly<Record<string, string>> {
  const rules = (verdict['rules'] as readonly { rule: string }[] | undefined) ?? []
  const session = verdict['session'] as Record<string, unknown>
  return {
    seq: String(verdict['sequence']),
    who: subject(verdict),
    connection: String(session['connection']),
    phase: String(verdict['phase']),
    statement: String(verdict['text']).replaceAll(/\s+/g, ' '),
    verdict: String(verdict['action']),
    rule: rules[0]?.rule ?? '',
    outcome: outcome === undefined ? '' : String(outcome['outcome']),
    rows: outcome === undefined ? '' : String(outcome['rows']),
    masked: outcome === undefined ? '' : String(redactions(outcome)),
  }
}

function engineOf(record: AuditRecord): unknown {
  return (record['session'] as { readonly engine?: string } | undefined)?.engine
}

function subject(record: AuditRecord): string {
  const session = record['session'] as { readonly identity?: { readonly subject?: string } } | undefined
  return session?.identity?.subject ?? ''
}

function redactions(record: AuditRecord): number {
  const facts = (record['redactions'] as readonly { readonly count: number }[] | undefined) ?? []
  return facts.reduce((sum, fact) => sum + fact.count, 0)
}

/** A prepared statement has a verdict when it is prepared and one each time it runs; only what runs has an outcome. */
function hasOutcome(record: AuditRecord): boolean {
  return record['type'] === 'statement-verdict' && record['phase'] !== 'parse'
}

function isOutcome(record: AuditRecord): boolean {
  return record['type'] === 'statement-outcome'
}

/** The outcome of a statement is written while its answer is already on the way: waits until every verdict has one. */
async function whenWritten(directory: Tour['auditDirectory']): Promise<readonly AuditRecord[]> {
  const deadline = performance.now() + WRITTEN_TIMEOUT_MS
  for (;;) {
    const records = await readAuditLog(directory)
    const open = new Set(records.filter(hasOutcome).map((one) => one['statement']))
    for (const outcome of records.filter(isOutcome)) open.delete(outcome['statement'])
    const refused = records.filter((one) => one['action'] === 'deny').map((one) => one['statement'])
    for (const statement of refused) open.delete(statement)
    if (open.size === 0 || performance.now() > deadline) return records
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

const WIDE = ['seq', 'who', 'connection', 'phase', 'statement', 'verdict', 'rule', 'outcome', 'rows', 'masked']
const NARROW = ['statement', 'verdict', 'rule', 'outcome', 'masked']
const WIDE_COLUMNS = 110
const SHOWN = 24
const WRITTEN_TIMEOUT_MS = 3000
