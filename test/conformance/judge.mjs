// One file before one dialect: what the server takes and we take, what it is, what stays unknown, and what others make of it.
import { isHarmless } from './traps.mjs'
import { mutants } from './mutants.mjs'

const SELECT_OR_DML = /^[\s(]*(select|with|table|values|insert|replace|update|delete|merge)\b/i

/**
 * @param {{ path: string, kind: string, lines: { sql: string }[] }} file
 * @param {object} dialect of postgres.mjs or mysql.mjs
 * @param {{ mutants: number, sample: number, created: ReadonlySet<string>, opinion: object | undefined }} options `sample` bounds, for
 *   suites, how many texts are mutated and shown to the second opinion
 */
export async function judge(file, dialect, options) {
  const { lines, kind } = file
  const valid = await dialect.accepts?.(lines.map(({ sql }) => sql))
  const report = fresh(file)
  const named = new Map()
  const step = kind === 'suite' ? Math.max(1, Math.ceil(lines.length / options.sample)) : 1
  for (const [index, { sql }] of lines.entries()) {
    const analysis = dialect.analyse(sql)
    accept(report, sql, analysis, valid?.[index])
    if (!analysis.ok || valid?.[index] === false) continue
    const statements = analysis.statements.map((each) => resolved(each, named, dialect))
    for (const statement of statements) count(report, statement, options.created)
    if (kind === 'reads' && !statements.every(isHarmless)) report.misjudged.push(sql)
    if (kind === 'changes' && statements.every(isHarmless)) report.misjudged.push(sql)
    if (index % step === 0) await compare(report, sql, statements, options.opinion)
  }
  if (dialect.accepts !== undefined) await mutate(report, file, dialect, step, options.mutants)
  return report
}

function fresh({ path, kind, lines }) {
  return {
    path,
    kind,
    texts: lines.length,
    accepted: 0,
    missed: [],
    extra: [],
    /** The same for SELECT and DML alone. */
    data: { accepted: 0, missed: 0 },
    statements: 0,
    /** Unknown statements, those apart that only call what the same files create. */
    unknown: 0,
    unknownOfOwnCode: 0,
    unknownFor: new Map(),
    kinds: new Map(),
    effects: new Map(),
    misjudged: [],
    opinions: { asked: 0, agreed: 0, late: 0, differ: [] },
    mutants: { tried: 0, invalid: 0, accepted: [] },
  }
}

/** Without a server, what we take counts as valid, and what we refuse as refused wrongly. */
function accept(report, sql, analysis, valid = true) {
  const isData = SELECT_OR_DML.test(sql)
  if (valid && analysis.ok) {
    report.accepted += 1
    if (isData) report.data.accepted += 1
  } else if (valid) {
    report.missed.push({ sql, failure: analysis.failure })
    if (isData) report.data.missed += 1
  } else if (analysis.ok) {
    report.extra.push(sql)
  }
}

/** EXECUTE and FETCH count with the facts of what the same file prepared or declared. */
function resolved(statement, named, dialect) {
  const { session } = statement
  if (session?.type === 'prepare' || session?.type === 'declare') named.set(session.name, session.statement)
  return dialect.resolve(statement, named.get(session?.name))
}

function count(report, statement, created) {
  report.statements += 1
  bump(report.kinds, statement.kind)
  for (const effect of statement.effects) bump(report.effects, effect)
  if (!statement.effects.has('unknown')) return
  report.unknown += 1
  const calls = statement.functions.filter(({ effects }) => effects.has('unknown'))
  if (calls.length > 0 && calls.every(({ name }) => created.has(name.toLowerCase()))) report.unknownOfOwnCode += 1
  bump(report.unknownFor, calls[0]?.name ?? statement.kind)
}

async function compare(report, sql, statements, opinion) {
  const answer = (await opinion?.differs(sql, statements)) ?? 'agreed'
  if (opinion === undefined || answer === 'none') return
  report.opinions.asked += 1
  if (answer === 'agreed') report.opinions.agreed += 1
  else if (answer === 'late') report.opinions.late += 1
  else report.opinions.differ.push({ sql, answer })
}

async function mutate(report, { lines }, dialect, step, number) {
  const texts = lines.flatMap(({ sql }, index) =>
    index % step === 0 ? mutants(sql, number, index, dialect.dialect) : [],
  )
  const valid = await dialect.accepts(texts)
  report.mutants.tried = texts.length
  for (const [index, text] of texts.entries()) {
    if (valid[index]) continue
    report.mutants.invalid += 1
    // A server prepares one statement; a text of several is not invalid for that.
    const analysis = dialect.analyse(text)
    if (analysis.ok && analysis.statements.length === 1) report.mutants.accepted.push(text)
  }
}

/** Names of functions, procedures, aggregates and operators that texts create. */
export function createdBy(lines) {
  const names = new Set()
  for (const { sql } of lines)
    for (const [, name] of sql.matchAll(CREATES)) names.add(name.replaceAll(/["`]/g, '').toLowerCase())
  return names
}

const CREATES =
  /\bcreate\s+(?:or\s+replace\s+)?(?:definer\s*=\s*\S+\s+)?(?:aggregate\s+)?(?:function|aggregate|procedure|operator)\s+(?:if\s+not\s+exists\s+)?(?:[\w"`]+\.)?(["`]?[^\s("`]+)/gi

function bump(counts, key) {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
