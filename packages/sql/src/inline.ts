import { DEFAULT_SQL_LIMITS, type SqlLimits } from './limits.ts'

/**
 * Whether a text is too much for the thread that asks: it is long, or made of what a lexer goes over again and again. The
 * grammar's lexer takes quadratic time for nested comments and for long runs of operator characters, and its stack ends at some depth.
 */
export function needsWorker(text: string, limits: Pick<SqlLimits, 'maxInlineLength'> = DEFAULT_SQL_LIMITS): boolean {
  if (text.length > limits.maxInlineLength) return true
  if (text.length <= MIN_COSTLY_LENGTH) return false
  return OPERATOR_RUN.test(text) || manyComments(text) || (text.length > 2 * MAX_NESTING && mayNest(text))
}

function manyComments(text: string): boolean {
  let seen = 0
  for (let at = text.indexOf('/*'); at !== -1; at = text.indexOf('/*', at + 2)) {
    seen += 1
    if (seen > MAX_COMMENTS) return true
  }
  return false
}

/** Whether a text has enough of what nests an expression to drive the parser's stack towards its end. */
function mayNest(text: string): boolean {
  let seen = 0
  for (const _mark of text.matchAll(NESTING)) {
    seen += 1
    if (seen > MAX_NESTING) return true
  }
  return false
}

/** Below this length even the worst text takes less than a millisecond. */
const MIN_COSTLY_LENGTH = 512
const MAX_COMMENTS = 200
/** A third of what an event loop's stack was seen to bear. */
const MAX_NESTING = 2500
const NESTING = /[-+*/<>=~!@#%^&|`?:([]|\bnot\b/gi
const OPERATOR_RUN = /[-+*/<>=~!@#%^&|`?]{128}/
