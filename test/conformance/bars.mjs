// What has to hold, dialect by dialect.
import { percent, share } from './report.mjs'

/** Per cent. */
const NEEDED = {
  postgres: { application: 100, suite: 100 },
  // Of suites, SELECT and DML: what else they hold no application sends.
  mysql: { application: 99.5, suite: 98.5 },
  mutants: 1,
  unknown: 2,
}

/**
 * @param {object} dialect
 * @param {readonly object[]} reports of judge.mjs
 * @param {{ count: number, wrong: readonly string[] }} traps
 * @param {number} unjudged disagreements with the second opinion, among the repository's own cases, that nobody has judged
 */
export function barsOf(dialect, reports, traps, unjudged) {
  const needed = NEEDED[dialect.dialect]
  const suites = reports.filter(({ kind }) => kind === 'suite')
  const others = reports.filter(({ kind }) => kind !== 'suite')
  const isSuiteOfData = dialect.dialect === 'mysql'
  return [
    atLeast(`${dialect.name}: application SQL accepted`, total(others, accepted), needed.application),
    atLeast(
      `${dialect.name}: suites accepted${isSuiteOfData ? ' (SELECT and DML)' : ''}`,
      total(suites, isSuiteOfData ? acceptedData : accepted),
      needed.suite,
    ),
    atMost(
      `${dialect.name}: invalid mutants accepted`,
      total(reports, ({ mutants }) => [mutants.accepted.length, mutants.invalid]),
      NEEDED.mutants,
    ),
    atMost(
      `${dialect.name}: unknown in application SQL`,
      total(others.filter(isMeantToBeKnown), unknown),
      NEEDED.unknown,
    ),
    atMost(
      `${dialect.name}: unknown in suites, apart from code of their own`,
      total(suites, ({ unknown: all, unknownOfOwnCode, statements }) => [all - unknownOfOwnCode, statements]),
      NEEDED.unknown,
    ),
    none(`${dialect.name}: traps wrong`, traps.wrong.length, traps.count),
    none(
      `${dialect.name}: reads and changes misjudged`,
      reports.reduce((sum, { misjudged }) => sum + misjudged.length, 0),
      total(
        reports.filter(({ kind }) => kind === 'reads' || kind === 'changes'),
        accepted,
      )[1],
    ),
    none(`${dialect.name}: differences to the second opinion, not judged`, unjudged.open, unjudged.all),
  ].filter((bar) => bar !== undefined)
}

const accepted = (report) => [report.accepted, report.accepted + report.missed.length]
const acceptedData = ({ data }) => [data.accepted, data.accepted + data.missed]
const unknown = (report) => [report.unknown, report.statements]
/** Changes hold what nobody can tell, on purpose. */
const isMeantToBeKnown = ({ kind }) => kind !== 'changes'

function total(reports, of) {
  return reports.map(of).reduce(([part, whole], [more, all]) => [part + more, whole + all], [0, 0])
}

function atLeast(name, [part, whole], least) {
  if (whole === 0) return undefined
  return {
    name,
    measured: `${share(part, whole)} of ${whole}`,
    needed: `at least ${least} %`,
    isMet: percent(part, whole) >= least,
  }
}

function atMost(name, [part, whole], most) {
  if (whole === 0) return undefined
  return {
    name,
    measured: `${share(part, whole)} of ${whole}`,
    needed: `at most ${most} %`,
    isMet: percent(part, whole) <= most,
  }
}

function none(name, number, of) {
  if (of === 0) return undefined
  return { name, measured: `${number} of ${of}`, needed: 'none', isMet: number === 0 }
}
