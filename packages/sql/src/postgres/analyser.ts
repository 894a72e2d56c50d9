import type { Analysis, Effect, ParseFailure, Relation, Statement } from '@sallyport/core'
import { SqlAnalyserError } from '../errors.ts'
import { DEFAULT_SQL_LIMITS, type SqlLimits } from '../limits.ts'
import { nodeOf } from './ast.ts'
import { CHANGE_HANDLERS } from './changes.ts'
import { COLUMN_HANDLERS } from './columns.ts'
import { withDefinitions } from './definitions.ts'
import type { UserCode } from './user-code.ts'
import { copyStreamOf, type CopyStream } from './copy-stream.ts'
import { EXPRESSION_HANDLERS } from './expressions.ts'
import type { Facts } from './facts.ts'
import { fingerprintOf } from './fingerprint.ts'
import { callHidden, FUNCTION_HANDLERS } from './functions.ts'
import { startGrammar, type Grammar, type RawStatement } from './grammar.ts'
import { limitOf } from './limit.ts'
import { outputOf } from './output.ts'
import { QUERY_HANDLERS } from './queries.ts'
import { RANGE_HANDLERS } from './ranges.ts'
import { sessionChangeOf } from './session.ts'
import { settingEffects } from './session-settings.ts'
import { DEFAULT_POSTGRES_SETTINGS, type PostgresSettings } from './settings.ts'
import { STATEMENTS, type StatementRule } from './statements.ts'
import { storedColumns } from './stored-columns.ts'
import { isParsableText, offsetReader, utf8Length } from './text.ts'
import { plainUtilities, UTILITY_HANDLERS } from './utilities.ts'
import { TooDeepError, TooMuchBuiltError, Walker, type Handler } from './walker.ts'

/** Reads PostgreSQL texts as the server reads them. Synchronous: long texts belong into a worker, see `needsWorker`. */
export interface PostgresAnalyser {
  /** The statements of a text with their facts, or why it has none. Never throws. */
  readonly analyse: (text: string, settings: PostgresSettings) => Analysis
  /** The stream of a text that is one COPY … TO STDOUT; undefined for any other, and where it cannot be told. Never throws. */
  readonly copyStream: (text: string) => CopyStream | undefined
  /**
   * For each statement of a text, the names of the columns from which it takes what it stores; 'all' where that cannot be told. Undefined for a text
   * that cannot be parsed. Never throws.
   */
  readonly storedColumns: (text: string) => readonly (ReadonlySet<string> | 'all')[] | undefined
  /** The code of users that the database has once a text has run, as far as the text shows it. Never throws. */
  readonly withDefinitions: (code: UserCode, text: string) => UserCode
  readonly limits: SqlLimits
  /** How often a text drove the parser into the ground and it was replaced; for metrics. */
  readonly parserReplacements: () => number
  /** Settles when a replaced parser is at full strength again. */
  readonly ready: () => Promise<void>
}

/**
 * Loads the grammar and makes an analyser. It assumes standard_conforming_strings on and UTF-8: the session pins both.
 * Throws SqlAnalyserError `parser-unavailable`, `invalid-setting`.
 */
export async function loadPostgres(limits: Partial<SqlLimits> = {}): Promise<PostgresAnalyser> {
  const complete: SqlLimits = { ...DEFAULT_SQL_LIMITS, ...limits }
  for (const [name, value] of Object.entries(complete)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new SqlAnalyserError('invalid-setting', `${name} must be a positive whole number`)
    }
  }
  const grammar = await startGrammar()
  const parse = (text: string): ReturnType<Grammar['parse']> | undefined =>
    isParsableText(text) && text.length <= complete.maxTextBytes ? grammar.parse(text) : undefined
  return {
    analyse: (text, settings) => analyse(grammar, complete, text, settings),
    copyStream: (text) => {
      const parsed = parse(text)
      return parsed?.ok === true && parsed.statements.length === 1
        ? copyStreamOf(parsed.statements[0]?.stmt)
        : undefined
    },
    storedColumns: (text) => {
      const parsed = parse(text)
      return parsed?.ok === true ? parsed.statements.map(({ stmt }) => storedColumns(stmt)) : undefined
    },
    withDefinitions: (code, text) => {
      const parsed = parse(text)
      if (parsed?.ok !== true) return code
      const calls = (node: unknown): readonly string[] =>
        callsIn(node, { ...DEFAULT_POSTGRES_SETTINGS, userCode: code }, complete)
      return parsed.statements.reduce((known, { stmt }) => withDefinitions(known, stmt, calls), code)
    },
    limits: complete,
    parserReplacements: grammar.replacements,
    ready: grammar.ready,
  }
}

function analyse(grammar: Grammar, limits: SqlLimits, text: string, settings: PostgresSettings): Analysis {
  if (!isParsableText(text)) {
    return failure('encoding', 'the text holds a NUL or an invalid character')
  }
  if (text.length > limits.maxTextBytes || utf8Length(text) > limits.maxTextBytes) {
    return failure('too-large', `the text is longer than ${String(limits.maxTextBytes)} bytes`)
  }
  const parsed = grammar.parse(text)
  if (!parsed.ok) return parsed
  if (parsed.statements.length > limits.maxStatements) {
    return failure('too-large', `the text has more than ${String(limits.maxStatements)} statements`)
  }
  try {
    const offset = offsetReader(text)
    return { ok: true, statements: parsed.statements.map((raw) => rawStatement(raw, text, offset, limits, settings)) }
  } catch (error) {
    if (error instanceof TooDeepError || error instanceof RangeError) {
      return failure('too-deep', 'the statement nests too deeply')
    }
    if (error instanceof TooMuchBuiltError) {
      return failure('too-large', `the statement builds a value of more than ${String(limits.maxBuiltBytes)} bytes`)
    }
    throw error
  }
}

function rawStatement(
  raw: RawStatement,
  text: string,
  offset: (byte: number) => number,
  limits: SqlLimits,
  settings: PostgresSettings,
): Statement {
  const first = raw.stmt_location ?? 0
  const start = offset(first)
  const end = raw.stmt_len === undefined || raw.stmt_len === 0 ? text.length : offset(first + raw.stmt_len)
  return statementOf(raw.stmt, { start, end }, limits, settings)
}

function statementOf(
  node: unknown,
  range: Statement['range'],
  limits: SqlLimits,
  settings: PostgresSettings,
): Statement {
  const walker = new Walker(settings, HANDLERS, limits)
  if (!PLAIN.has(nodeOf(node)?.tag ?? '')) callHidden(walker, settings.userCode.casts)
  walker.node(node)
  const { facts } = walker
  const inner = (statement: unknown): Statement => statementOf(statement, range, limits, settings)
  const session = sessionChangeOf(node, inner)
  if (facts.settingCalls > 0) addSettingEffects(facts, session)
  if (facts.effects.size === 0) facts.effects.add('unknown')
  return {
    dialect: 'postgres',
    kind: kindOf(node),
    effects: facts.effects,
    relations: relationsOf(facts),
    functions: [...facts.functions.values()],
    where: facts.where,
    limit: limitOf(node),
    predicates: facts.predicatesUnknown ? 'unknown' : [...facts.predicates.values()],
    fingerprint: fingerprintOf(node),
    output: outputOf(),
    session,
    range,
  }
}

/** The functions that a part of a tree calls and that do more than read. */
function callsIn(node: unknown, settings: PostgresSettings, limits: SqlLimits): readonly string[] {
  const walker = new Walker(settings, HANDLERS, limits)
  try {
    walker.node(node)
  } catch {
    return [NOBODY_KNOWS]
  }
  return [...walker.facts.functions.values()]
    .filter(({ effects }) => [...effects].some((effect) => effect !== 'read'))
    .map(({ schema, name }) => `${schema ?? 'pg_catalog'}.${name}`)
}

/** One set_config whose name the text shows does what SET would do; more of them, or a hidden one, may set anything. */
function addSettingEffects(facts: Facts, session: Statement['session']): void {
  const shown = facts.settingCalls === 1 && session?.type === 'set' ? session : undefined
  const value = typeof shown?.value === 'object' ? shown.value.literal : undefined
  const hidden = shown === undefined || (shown.name === 'search_path' && value === undefined)
  const effects: Iterable<Effect> = hidden ? ['unknown'] : settingEffects(shown.name, value)
  for (const effect of effects) facts.effects.add(effect)
}

function kindOf(statement: unknown): string {
  const node = nodeOf(statement)
  const rule = (STATEMENTS as Readonly<Record<string, StatementRule | undefined>>)[node?.tag ?? '']
  if (node === undefined || rule === undefined) return 'unknown'
  return typeof rule.kind === 'string' ? rule.kind : rule.kind(node.body)
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

/** Statements without expressions: no cast can be in them. */
const PLAIN: ReadonlySet<string> = new Set([
  'TransactionStmt',
  'VariableSetStmt',
  'VariableShowStmt',
  'DiscardStmt',
  'DeallocateStmt',
  'ClosePortalStmt',
  'ListenStmt',
  'UnlistenStmt',
])
/** A function that no server has, for what could not be read. */
const NOBODY_KNOWS = 'unknown.unknown'
const HANDLERS: ReadonlyMap<string, Handler> = new Map([
  ...plainUtilities(),
  ...Object.entries({
    ...QUERY_HANDLERS,
    ...CHANGE_HANDLERS,
    ...RANGE_HANDLERS,
    ...COLUMN_HANDLERS,
    ...FUNCTION_HANDLERS,
    ...EXPRESSION_HANDLERS,
    ...UTILITY_HANDLERS,
  }),
])
