import type { TextAnalyser } from './statement-reader.ts'

/**
 * The query inside a text that is one `COPY ( … ) TO STDOUT …`, for describing it; undefined when it cannot be found.
 *
 * What stands behind the first parenthesis and reads as one complete statement up to a closing one is the query: the grammar ends it nowhere else,
 * as a shorter or longer piece would leave a parenthesis, a string or a comment open.
 */
export function copiedQuery(text: string, analyser: TextAnalyser): string | undefined {
  const open = OPENING.exec(text)
  if (open === null) return undefined
  const start = open[0].length
  let tries = 0
  for (let end = text.indexOf(')', start); end >= 0 && tries < MAX_TRIES; end = text.indexOf(')', end + 1)) {
    if (!FOLLOWED.test(text.slice(end + 1, end + 1 + MAX_LOOK))) continue
    tries += 1
    const query = text.slice(start, end)
    const analysis = analyser.analyse(query, 'default')
    if (!(analysis instanceof Promise) && analysis.ok && analysis.statements.length === 1) return query
  }
  return undefined
}

const OPENING = /^\s*copy\s*\(/i
const FOLLOWED = /^\s*to\s+stdout\b/i
const MAX_LOOK = 256
const MAX_TRIES = 16
