// The statements of a .sql file, as psql and the mysql client cut them: at semicolons outside of quotes, comments, parentheses and bodies.

/**
 * @param {string} text
 * @param {'postgres' | 'mysql'} dialect
 * @returns {string[]} without the semicolons; what has only comments is left out
 */
export function split(text, dialect) {
  return dialect === 'postgres' ? splitWith(text, POSTGRES) : splitWith(text, MYSQL)
}

function splitWith(text, grammar) {
  const found = []
  let state = fresh(';')
  let start = 0
  const end = (at, next) => {
    if (state.hasCode) found.push(text.slice(start, at).trim())
    start = next
    state = fresh(state.delimiter)
  }
  for (let at = 0; at < text.length;) {
    const client = atLineStart(text, at) && !state.hasCode ? grammar.clientLine(text, at) : undefined
    if (client !== undefined) {
      if (client.delimiter !== undefined) state.delimiter = client.delimiter
      at = client.end
      start = at
      continue
    }
    if (text.startsWith(state.delimiter, at) && state.depth === 0) {
      const statement = text.slice(start, at)
      at += state.delimiter.length
      end(at - state.delimiter.length, at)
      if (grammar.takesData(statement)) {
        at = afterData(text, at)
        start = at
      }
      continue
    }
    const length = grammar.token(text, at, state)
    at += length
  }
  end(text.length, text.length)
  return found
}

function fresh(delimiter) {
  return { delimiter, depth: 0, hasCode: false, words: [] }
}

const POSTGRES = {
  token: (text, at, state) => {
    const rest = text.slice(at, at + 200)
    if (/^\s/.test(rest)) return 1
    if (rest.startsWith('--')) return lineEnd(text, at) - at
    if (rest.startsWith('/*')) return nestedComment(text, at) - at
    state.hasCode = true
    if (/^[eE]'/.test(rest)) return quoted(text, at + 1, "'", true) - at
    if (rest[0] === "'") return quoted(text, at, "'", false) - at
    if (rest[0] === '"') return quoted(text, at, '"', false) - at
    const tag = /^\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/u.exec(rest)?.[0]
    if (tag !== undefined) {
      const close = text.indexOf(tag, at + tag.length)
      return (close === -1 ? text.length : close + tag.length) - at
    }
    const word = /^[\p{L}_][\p{L}\p{N}_$]*/u.exec(rest)?.[0]
    if (word === undefined) {
      if (rest[0] === '(') state.depth += 1
      if (rest[0] === ')') state.depth -= 1
      return 1
    }
    state.words.push(word.toLowerCase())
    // A body in SQL's own form holds semicolons.
    if (/^create (or replace )?(function|procedure)/.test(state.words.slice(0, 4).join(' '))) {
      if (/^(begin|case)$/i.test(word)) state.depth += 1
      if (/^end$/i.test(word) && state.depth > 0) state.depth -= 1
    }
    return word.length
  },
  /** psql's own commands. */
  clientLine: (text, at) => (text[at] === '\\' ? { end: lineEnd(text, at) } : undefined),
  takesData: (statement) => /^\s*copy\b[^]*\bfrom\s+stdin\b/i.test(statement),
}

const MYSQL = {
  token: (text, at, state) => {
    const rest = text.slice(at, at + 3)
    if (/^\s/.test(rest)) return 1
    if (rest[0] === '#' || /^--(\s|$)/.test(rest)) return lineEnd(text, at) - at
    if (rest.startsWith('/*')) {
      if (rest[2] === '!' || text.startsWith('/*M!', at)) state.hasCode = true
      const close = text.indexOf('*/', at + 2)
      return (close === -1 ? text.length : close + 2) - at
    }
    state.hasCode = true
    if (rest[0] === "'" || rest[0] === '"') return quoted(text, at, rest[0], true) - at
    if (rest[0] === '`') return quoted(text, at, '`', false) - at
    return 1
  },
  clientLine: (text, at) => {
    const line = text.slice(at, lineEnd(text, at))
    const delimiter = /^delimiter\s+(\S+)/i.exec(line)?.[1]
    return delimiter === undefined ? undefined : { end: lineEnd(text, at), delimiter }
  },
  takesData: () => false,
}

/** Where the quoted text ends; a doubled quote belongs to it. */
function quoted(text, at, quote, backslash) {
  for (let index = at + 1; index < text.length; index += 1) {
    if (backslash && text[index] === '\\') index += 1
    else if (text[index] === quote && text[index + 1] === quote) index += 1
    else if (text[index] === quote) return index + 1
  }
  return text.length
}

function nestedComment(text, at) {
  let depth = 0
  for (let index = at; index < text.length; index += 1) {
    if (text.startsWith('/*', index)) {
      depth += 1
      index += 1
    } else if (text.startsWith('*/', index)) {
      depth -= 1
      index += 1
      if (depth === 0) return index + 1
    }
  }
  return text.length
}

/** Past the lines that a COPY from standard input reads. */
function afterData(text, at) {
  const end = /^\\\.$/m.exec(text.slice(at))
  return end === null ? text.length : at + end.index + 2
}

function atLineStart(text, at) {
  return at === 0 || text[at - 1] === '\n'
}

function lineEnd(text, at) {
  const end = text.indexOf('\n', at)
  return end === -1 ? text.length : end
}
