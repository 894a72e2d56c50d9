import type { PolicyCase } from '@sallyport/config'
import type { Action, Verdict } from '@sallyport/core'
import { UsageError } from '../command.ts'
import type { Adviser } from './adviser.ts'

/** What became of one case. */
export interface CaseResult {
  readonly line: number
  readonly name: string
  readonly ok: boolean
  readonly expected: Answer
  readonly actual: Answer
  /** What the policy says to the user; for cases that fail. */
  readonly messages: readonly string[]
  /** Why the case could not be asked at all. */
  readonly problem: string | undefined
}

/** A verdict as cases speak of it; the rules are sorted, undefined ones do not matter. */
export interface Answer {
  readonly verdict: Action | 'none'
  readonly rules: readonly string[] | undefined
  readonly observed: readonly string[] | undefined
}

/** Asks about one case, and compares. */
export async function runCase(
  adviser: Adviser,
  { line, name, asking, sql, expected }: PolicyCase,
): Promise<CaseResult> {
  const wanted: Answer = {
    verdict: expected.action,
    rules: expected.rules?.toSorted(),
    observed: expected.observed?.toSorted(),
  }
  const about = {
    line,
    name: name ?? `${asking.user} on ${asking.connection}: ${firstLine(sql)}`,
    expected: wanted,
  }
  try {
    const { verdict } = (await adviser.ask(asking, sql)).explanation
    const actual = answerOf(verdict)
    const ok =
      actual.verdict === wanted.verdict && same(wanted.rules, actual.rules) && same(wanted.observed, actual.observed)
    return { ...about, ok, actual, messages: verdict.findings.map(({ message }) => message), problem: undefined }
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    const actual = { verdict: 'none' as const, rules: undefined, observed: undefined }
    return { ...about, ok: false, actual, messages: [], problem: error.message }
  }
}

function answerOf({ action, findings }: Verdict): Answer {
  const ids = (observed: boolean, deciding: boolean): readonly string[] =>
    [
      ...new Set(
        findings
          .filter((finding) => finding.observed === observed && (!deciding || finding.action === action))
          .map(({ rule }) => rule),
      ),
    ].toSorted()
  return { verdict: action, rules: ids(false, true), observed: ids(true, false) }
}

function same(wanted: readonly string[] | undefined, actual: readonly string[] | undefined): boolean {
  return wanted === undefined || wanted.join() === actual?.join()
}

function firstLine(sql: string): string {
  const line = sql.trim().replaceAll(/\s+/g, ' ')
  return line.length <= MAX_SHOWN ? line : `${line.slice(0, MAX_SHOWN - 1)}…`
}

const MAX_SHOWN = 70
