import type { Analysis, ParseFailure, Relation, SessionChange, Statement } from '@sallyport/core'
import { SqlAnalyserError } from '../errors.ts'
import { DEFAULT_SQL_LIMITS, type SqlLimits } from '../limits.ts'
import type { Facts } from '../postgres/facts.ts'
import { utf8Length } from '../postgres/text.ts'
import { fingerprintOf } from './facts/fingerprint.ts'
import { Gatherer } from './facts/gatherer.ts'
import { limitOf } from './facts/limit.ts'
import { sessionChangeOf } from './facts/session.ts'
import { statementFacts } from './facts/statements.ts'
import type { StatementNode } from './grammar/ast.ts'
import { Cursor } from './grammar/cursor.ts'
import { statement } from './grammar/statements.ts'
import { readingOf, type Reading } from './lexer/dialect.ts'
import { isAscii, isReadable, readsAlike } from './lexer/encoding.ts'
import { Refusal } from './lexer/refusal.ts'
import { kindOf } from './kind.ts'
import { type MysqlOutputShape, outputShape } from './output-shape.ts'
import { type MysqlPlanning, planningOf } from './planning.ts'
import { settingsAfter } from './settings-after.ts'
import type { MysqlSettings } from './settings.ts'
import { storedColumns } from './stored-columns.ts'

/** Reads MySQL and MariaDB texts as the server reads them. Synchronous: long texts belong into a worker. */
export interface MysqlAnalyser {
  /** The statements of a text with their facts, or why it has none. Never throws. */
  readonly analyse: (text: string, settings: MysqlSettings) => Analysis
  /** For each statement of a text what masking and planning ask about it; undefined for a text that cannot be read. Never throws. */
  readonly details: (text: string, settings: MysqlSettings) => readonly MysqlStatementDetails[] | undefined
  readonly limits: SqlLimits
}

/** What the facts of a statement leave out. */
export interface MysqlStatementDetails {
  readonly output: MysqlOutputShape
  /** The columns it stores from; see `storedColumns`. */
  readonly stored: ReadonlySet<string> | 'all'
  readonly planning: MysqlPlanning
}

/** Makes an analyser. Throws SqlAnalyserError `invalid-setting`. */
export function loadMysql(limits: Partial<SqlLimits> = {}): MysqlAnalyser {
  const complete: SqlLimits = { ...DEFAULT_SQL_LIMITS, ...limits }
  for (const [name, value] of Object.entries(complete)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new SqlAnalyserError('invalid-setting', `${name} must be a positive whole number`)
    }
  }
  return {
    analyse: (text, settings) => analyse(text, settings, complete),
    details: (text, settings) => {
      const details: MysqlStatementDetails[] = []
      const note: OnNode = (node) =>
        details.push({ output: outputShape(node), stored: storedColumns(node), planning: planningOf(node) })
      return analyse(text, settings, complete, note).ok ? details : undefined
    },
    limits: complete,
  }
}

type OnNode = (node: StatementNode) => void

function analyse(text: string, settings: MysqlSettings, limits: SqlLimits, onNode?: OnNode): Analysis {
  if (!isReadable(text, settings.characterSet)) {
    return failure(
      'encoding',
      `the text holds a NUL or a character that is not safe to read in ${settings.characterSet}`,
    )
  }
  if (text.length > limits.maxTextBytes || utf8Length(text) > limits.maxTextBytes) {
    return failure('too-large', `the text is longer than ${String(limits.maxTextBytes)} bytes`)
  }
  try {
    return { ok: true, statements: statementsOf(text, settings, limits, onNode) }
  } catch (error) {
    if (error instanceof Refusal)
      return { ok: false, failure: { code: error.code, message: error.message, position: error.position } }
    if (error instanceof RangeError) return failure('too-deep', 'the statement nests too deeply')
    throw error
  }
}

/**
 * The statements of a text. What one of them changes of the way texts are read holds for the next: the server reads them one after the
 * other too.
 */
function statementsOf(
  text: string,
  settings: MysqlSettings,
  limits: SqlLimits,
  onNode: OnNode | undefined,
): readonly Statement[] {
  const statements: Statement[] = []
  let current = settings
  let at = 0
  for (;;) {
    const reading = readingOf(current)
    if (reading === undefined) throw new Refusal('syntax', 'it is not known how the server reads this text', at)
    const cursor = new Cursor(text, at, reading, limits.maxDepth)
    while (cursor.is(';')) cursor.advance()
    if (cursor.isOver) return statements
    if (statements.length >= limits.maxStatements) {
      throw new Refusal('too-large', `the text has more than ${String(limits.maxStatements)} statements`, at)
    }
    const found = oneStatement(cursor, current, limits, onNode)
    statements.push(found)
    if (cursor.isOver) return statements
    at = cursor.token.end
    const after = settingsAfter(current, found.session)
    const rest = text.slice(at)
    const isSame = isReadable(rest, after.characterSet) && readsAlike(rest, current.characterSet, after.characterSet)
    if (after !== current && !isSame) {
      throw new Refusal('encoding', `the rest of the text is not safe to read in ${after.characterSet}`, at)
    }
    current = after
  }
}

/** Reads one statement, up to the end or the semicolon behind it. */
function oneStatement(
  cursor: Cursor,
  settings: MysqlSettings,
  limits: SqlLimits,
  onNode: OnNode | undefined,
): Statement {
  const { start } = cursor.token
  const before = cursor.taken.length
  const node = statement(cursor)
  if (!cursor.atEnd) throw cursor.refuse()
  const range = { start, end: cursor.last?.end ?? start }
  onNode?.(node)
  return factsOf(node, fingerprintOf(cursor.taken.slice(before)), range, settings, cursor.reading, limits)
}

function factsOf(
  node: StatementNode,
  fingerprint: string,
  range: Statement['range'],
  settings: MysqlSettings,
  reading: Reading,
  limits: SqlLimits,
  values: MysqlSettings = settings,
): Statement {
  const gatherer = new Gatherer(settings, values)
  const { facts } = gatherer
  statementFacts(gatherer, node, (text) => innerStatement(text, reading, limits)?.node)
  if (facts.effects.size === 0) facts.effects.add('unknown')
  const inner = (text: string): Statement | 'unknown' => {
    const found = innerStatement(text, reading, limits)
    if (found === undefined) return 'unknown'
    // When it runs, the session may have another sql_mode than now.
    const later = { ...settings, sqlMode: 'unknown' } as const
    return factsOf(found.node, found.fingerprint, range, settings, reading, limits, later)
  }
  const session: SessionChange | undefined = sessionChangeOf(node, inner, values)
  return {
    dialect: 'mysql',
    kind: kindOf(node),
    effects: facts.effects,
    relations: relationsOf(facts),
    functions: [...facts.functions.values()],
    where: facts.where,
    limit: limitOf(node),
    predicates: facts.predicatesUnknown ? 'unknown' : [...facts.predicates.values()],
    fingerprint,
    output: 'unknown',
    session,
    range,
  }
}

/** The one statement of a text inside a text; undefined for what the server would not prepare. */
function innerStatement(
  text: string,
  reading: Reading,
  limits: SqlLimits,
): { readonly node: StatementNode; readonly fingerprint: string } | undefined {
  if (text.length > limits.maxTextBytes || text.includes('\0')) return undefined
  // MySQL reads the bytes that it has in UTF-8 as if they were of the session's character set.
  if (reading.letters !== undefined && !isAscii(text)) return undefined
  try {
    const cursor = new Cursor(text, 0, reading, limits.maxDepth)
    const node = statement(cursor)
    // Dynamic SQL inside dynamic SQL is more than the server takes.
    const nested = node.type === 'utility' && node.session !== undefined
    if (!cursor.isOver || nested) return undefined
    return { node, fingerprint: fingerprintOf(cursor.taken) }
  } catch (error) {
    if (error instanceof Refusal || error instanceof RangeError) return undefined
    throw error
  }
}

/** One entry for each relation and access, with the columns of all its mentions. */
function relationsOf(facts: Facts): readonly Relation[] {
  const merged = new Map<string, Relation>()
  for (const mention of facts.mentions) {
    const key = `${mention.schema ?? ''}\0${mention.name}\0${mention.access}`
    const before = merged.get(key)
    const columns =
      mention.all || before?.columns === 'all' ? 'all' : [...new Set([...(before?.columns ?? []), ...mention.columns])]
    merged.set(key, { schema: mention.schema, name: mention.name, access: mention.access, columns })
  }
  return [...merged.values()]
}

function failure(code: ParseFailure['code'], message: string): Analysis {
  return { ok: false, failure: { code, message, position: undefined } }
}
