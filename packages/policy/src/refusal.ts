import type { Verdict } from '@sallyport/core'

/** How a refusal reads in a database's own error: 42501 with MESSAGE, DETAIL and HINT in PostgreSQL. */
export interface Refusal {
  /** insufficient_privilege; MySQL says 42000 in its place. */
  readonly sqlState: '42501'
  /** The operator's sentence. */
  readonly message: string
  /** The rules that refuse, by id. */
  readonly detail: string
  /** What would be allowed. */
  readonly hint: string | undefined
}

/** The refusal that a verdict amounts to; undefined when it lets the text pass. A text that needs an approval is refused: nobody can give one yet. */
export function refusalOf({ action, findings }: Verdict): Refusal | undefined {
  if (action !== 'deny' && action !== 'approve') return undefined
  const deciding = findings.filter((finding) => !finding.observed && finding.action === action)
  const hints = new Set(deciding.map(({ hint }) => hint).filter((hint) => hint !== undefined))
  const rules = [...new Set(deciding.map(({ rule }) => rule))]
  const message = deciding[0]?.message ?? 'The statement is refused.'
  return {
    sqlState: '42501',
    message: action === 'approve' ? `${message} Approvals are not available yet, so it is refused.` : message,
    detail: `Refused by Sallyport, ${rules.length === 1 ? 'rule' : 'rules'} ${rules.join(', ')}.`,
    hint: hints.size === 0 ? undefined : [...hints].join(' '),
  }
}
