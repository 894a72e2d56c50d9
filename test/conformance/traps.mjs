// Traps say what a live server did with a text, or what the text does in words of our own; the classifier must not have read it otherwise.

export const HARMLESS = new Set(['read', 'session', 'transaction'])

export const isHarmless = (statement) => [...statement.effects].every((effect) => HARMLESS.has(effect))

/** Relations that hold what a trap may leak. */
const PROTECTED = new Set(['customers', 'jd'])
/** The servers' codes for a text that their grammar refuses. */
const SYNTAX_ERRORS = new Set([1064, '42601'])

/**
 * What is wrong, one line for each: a trap that changed something is called harmless, one that read a protected table does not name it, one that the
 * server refuses is read as something that runs, or one that ran is refused. Of a trap with `effects`: they are others, statement by statement, or one of
 * its `relations` is not seen, or the server's grammar says otherwise; `stricter` says that we refuse what it takes.
 * @param {readonly { id?: string, sql: string, mode?: string, server?: string, effects?: readonly string[] | 'refused' }[]} traps
 */
export async function wrongTraps(traps, dialect) {
  // Another version of the server may take what the one of the trap refused.
  const valid = await dialect.accepts?.(traps.map(({ sql }) => sql))
  return traps.flatMap((trap, index) =>
    (trap.effects === undefined
      ? wrongIn(trap, dialect, valid?.[index] ?? false)
      : misread(trap, dialect, isAskable(trap, dialect) ? valid?.[index] : undefined)
    ).map((what) => `${trap.id ?? JSON.stringify(trap.sql)}: ${what}`),
  )
}

/** Whether one statement of the server's protocol can ask about a trap. */
function isAskable({ mode, effects }, { dialect }) {
  return mode === undefined && (dialect === 'postgres' || effects === 'refused' || effects.length < 2)
}

function misread(trap, dialect, isTaken) {
  if (trap.server !== undefined && trap.server !== dialect.opinion) return []
  const analysis = dialect.analyse(trap.sql, trap)
  const statements = analysis.ok ? analysis.statements : []
  const read = shown(
    analysis.ok
      ? statements.map(({ effects }) => [...effects].toSorted((one, other) => (one < other ? -1 : 1)).join(' '))
      : 'refused',
  )
  const meant = shown(trap.effects)
  const seen = new Set(statements.flatMap(({ relations }) => relations.map(({ name }) => name)))
  const unseen = (trap.relations ?? []).filter((name) => !seen.has(name))
  const differs = isTaken !== undefined && isTaken === (meant === 'refused') && !(isTaken && trap.stricter === true)
  return [
    ...(read === meant ? [] : [`is read as ${read}, not as ${meant}`]),
    ...unseen.map((name) => `${name} is not among the relations`),
    ...(differs ? [`the server ${isTaken ? 'takes' : 'refuses'} it`] : []),
  ]
}

function shown(effects) {
  if (effects === 'refused') return effects
  return effects.length === 0 ? 'nothing' : effects.join(' | ')
}

function wrongIn(trap, dialect, isTaken) {
  const did = dialect.trap(trap)
  if (did === undefined) return []
  const analysis = dialect.analyse(trap.sql, trap)
  const statements = analysis.ok ? analysis.statements : []
  const isRefused = SYNTAX_ERRORS.has(did.err)
  const ran = did.err === undefined && did.res !== undefined
  const changed = did.victim !== 3 || did.customers === 0
  const sees = statements.some(
    (each) => each.effects.has('unknown') || each.relations.some(({ name }) => PROTECTED.has(name)),
  )
  const calls = statements.some((each) => each.functions.some(({ name }) => FILE_READERS.has(name)))
  return [
    ...(analysis.ok && changed && statements.every(isHarmless) ? ['changed the server and is called harmless'] : []),
    ...(did.leak && !sees ? ['read a protected table, which is not among the relations'] : []),
    ...(isRefused && analysis.ok && !isTaken ? ['the server refuses it'] : []),
    ...(ran && !analysis.ok ? ['the server runs it'] : []),
    ...(ran && did.cmds !== undefined && did.cmds.length !== statements.length
      ? [`the server runs ${did.cmds.length} statements, not ${statements.length}`]
      : []),
    ...(/\b(load_file|pg_read_file)\b/i.test(trap.sql) && !calls ? ['reading a file is not seen'] : []),
  ]
}

const FILE_READERS = new Set(['load_file', 'pg_read_file'])
