import type { Relation, Statement } from '@sallyport/core'
import type { ExposureAnswer, SessionExposure } from '../exposure.ts'
import type { Protection } from '../protection.ts'
import { foldName } from './names.ts'

/** The session's part in the answer, beyond what every engine has. */
export interface MysqlSessionExposure extends SessionExposure {
  /** A statement that could bring something to light has run: its warnings may show it. */
  readonly warned: boolean
  /** A table of that name was made by this session, of nothing that is protected; temporary ones are in no catalogue. */
  readonly made: (schema: string | undefined, name: string) => boolean
}

/**
 * Judges one statement of MySQL or MariaDB; see `exposureOf`. A table of which only columns without protection are read is none: the facts never
 * name fewer columns than are read.
 *
 * @param text what the statement stands in: user variables are told by their sign alone
 */
export function mysqlExposureOf(
  statement: Statement,
  protection: Protection,
  session: MysqlSessionExposure,
  text: string,
): ExposureAnswer {
  if (protection.empty) return CLEAR
  const { kind, session: change } = statement
  if (change?.type === 'execute') return { exposure: session.named('prepared', change.name), stale: false }
  for (const effect of BLIND_EFFECTS) if (statement.effects.has(effect)) return UNKNOWN
  if (isDiagnostic(kind)) return session.warned || session.tainted ? PROTECTED : CLEAR
  if (OTHERS_TEXTS.has(kind) || (kind === 'explain' && statement.effects.has('admin'))) return PROTECTED
  if (describes(statement, text)) return session.tainted ? UNKNOWN : CLEAR
  // LOAD reads a file into a table: what it shows of it is in its warnings.
  if (statement.effects.has('file') && !kind.startsWith('load-')) return UNKNOWN
  // What code that no text showed may have left behind in variables.
  if (session.tainted && (text.includes('@') || statement.functions.some(({ name }) => name === 'last_insert_id'))) {
    return UNKNOWN
  }
  let answer = CLEAR
  for (const relation of statement.relations) {
    const found = protection.relation(schemaOf(relation), foldName(relation.name))
    if (found === 'missing') {
      if (CREATES.test(kind)) continue
      if (session.made(relation.schema, relation.name) && !session.tainted) continue
      answer = { exposure: 'protected', stale: true }
    } else if (found === 'view' && session.doubtful) {
      answer = { exposure: 'protected', stale: true }
    } else if (found === 'protected' && reaches(relation, protection)) {
      answer = { exposure: 'protected', stale: answer.stale }
    }
  }
  return answer
}

/** Statements that show what the statement before them had to say. */
export function isDiagnostic(kind: string): boolean {
  return kind === 'show-warnings' || kind === 'show-errors' || kind === 'get-diagnostics'
}

/** Whether a statement shows names and definitions and no rows: its condition may hold queries, which show what they read in their errors. */
function describes({ kind, relations, range }: Statement, text: string): boolean {
  if (!DESCRIBING.test(kind)) return false
  if (!OF_TABLE.has(kind)) return relations.length === 0
  return relations.length <= 1 && !text.slice(range.start, range.end).includes('(')
}

/** Whether what is read, or written, of a protected table is protected itself. A change may show any column, in the words of its error. */
function reaches(relation: Relation, protection: Protection): boolean {
  const { columns, access } = relation
  if (access === 'write' || columns === 'all') return true
  const schema = schemaOf(relation)
  const name = foldName(relation.name)
  return columns.some((column) => protection.named(schema, name, foldName(column)) !== undefined || !ASCII.test(column))
}

function schemaOf({ schema }: Relation): string | undefined {
  return schema === undefined ? undefined : foldName(schema)
}

const CLEAR: ExposureAnswer = { exposure: 'none', stale: false }
const PROTECTED: ExposureAnswer = { exposure: 'protected', stale: false }
const UNKNOWN: ExposureAnswer = { exposure: 'unknown', stale: false }

/** What runs code, or reads places, that the text does not show. */
const BLIND_EFFECTS = ['unknown', 'procedural', 'network'] as const

/** Statements that show other people's statements, or the errors of replication. */
const OTHERS_TEXTS: ReadonlySet<string> = new Set([
  'show-binlog-events',
  'show-engine',
  'show-explain',
  'show-processlist',
  'show-profiles',
  'show-replica-status',
])

/** Statements that show names and definitions, and no rows. */
const DESCRIBING = /^(?:show-|describe$|help$)/

/** Those of them that name a table. */
const OF_TABLE: ReadonlySet<string> = new Set(['describe', 'show-columns', 'show-create', 'show-indexes'])

/** Kinds whose target need not exist, or need not exist any more. */
const CREATES = /^(?:create|drop|alter|rename)-/

/** How the server compares other letters is its own business. */
const ASCII = /^\p{ASCII}*$/u
