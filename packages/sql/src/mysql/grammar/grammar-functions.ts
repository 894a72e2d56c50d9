import type { Expression } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { BIT_OR, expression, expressions } from './expressions.ts'
import { grammarCall, intervalOf, unit } from './intervals.ts'
import { isName, nameOrString, path, string } from './names.ts'
import { castType } from './types.ts'

type Rule = (c: Cursor) => Expression

/** Functions whose arguments are more than a list. Each rule begins at the function's word. Spec: functions. */
export const GRAMMAR_FUNCTIONS: ReadonlyMap<string, Rule> = new Map(
  Object.entries({
    CAST: inside((c) => {
      const value = expression(c)
      if (c.accept('AT')) {
        c.expect('TIME', 'ZONE')
        c.accept('INTERVAL')
        string(c)
      }
      c.expect('AS')
      castType(c)
      return [value]
    }),
    CONVERT: inside((c) => {
      const value = expression(c)
      if (c.accept('USING')) {
        if (!c.accept('BINARY') && !c.accept('DEFAULT')) nameOrString(c)
      } else {
        c.expect(',')
        castType(c)
      }
      return [value]
    }),
    EXTRACT: inside((c) => {
      unit(c)
      c.expect('FROM')
      return [expression(c)]
    }),
    TRIM: inside(trimmed),
    TRIM_ORACLE: inside(trimmed),
    SUBSTRING: inside(slice),
    SUBSTR: inside(slice),
    MID: inside(slice),
    POSITION: inside((c) => {
      const part = expression(c, BIT_OR)
      c.expect('IN')
      return [part, expression(c)]
    }),
    DATE_ADD: inside(dateArithmetic),
    DATE_SUB: inside(dateArithmetic),
    ADDDATE: inside(dateArithmetic),
    SUBDATE: inside(dateArithmetic),
    TIMESTAMPADD: inside(unitFirst),
    TIMESTAMPDIFF: inside(unitFirst),
    GET_FORMAT: inside((c) => {
      if (!DATE_KINDS.has(c.token.keyword)) throw c.refuse()
      c.advance()
      c.expect(',')
      return [expression(c)]
    }),
    CHAR: inside((c) => {
      const values = expressions(c)
      if (c.accept('USING')) nameOrBinary(c)
      return values
    }),
    WEIGHT_STRING: inside((c) => {
      const values = [expression(c)]
      if (c.accept('AS')) castType(c)
      while (c.accept(',')) values.push(expression(c))
      if (c.accept('LEVEL')) c.list(() => [expression(c, BIT_OR), c.accept('-') && expression(c, BIT_OR)])
      return values
    }),
    JSON_VALUE: inside((c) => {
      const values = [expression(c)]
      c.expect(',')
      values.push(expression(c))
      if (c.accept('RETURNING')) castType(c)
      jsonFallbacks(c, values)
      return values
    }),
    DEFAULT: (c) => {
      c.advance()
      c.expect('(')
      const column = path(c, 3)
      c.expect(')')
      return grammarCall('default', [{ type: 'column', path: column }])
    },
    VALUES: columnOfRow,
    VALUE: columnOfRow,
    ROW: (c) => {
      c.advance()
      c.expect('(')
      const values = expressions(c)
      c.expect(')')
      return { type: 'operation', name: 'ROW', operands: values }
    },
    MATCH: (c) => {
      c.advance()
      const parenthesised = c.accept('(')
      const columns = c.list(() => expression(c, BIT_OR))
      if (parenthesised) c.expect(')')
      c.expect('AGAINST', '(')
      const pattern = expression(c, BIT_OR)
      if (c.accept('IN', 'NATURAL')) {
        c.expect('LANGUAGE', 'MODE')
      } else if (c.accept('IN')) c.expect('BOOLEAN', 'MODE')
      if (c.accept('WITH')) c.expect('QUERY', 'EXPANSION')
      c.expect(')')
      return { type: 'operation', name: 'MATCH', operands: [...columns, pattern] }
    },
    NEXT: sequenceValue,
    PREVIOUS: sequenceValue,
    NEXTVAL: sequenceCall,
    LASTVAL: sequenceCall,
    SETVAL: sequenceCall,
    COLUMN_GET: inside((c) => {
      const values = [expression(c)]
      c.expect(',')
      values.push(expression(c))
      c.expect('AS')
      castType(c)
      return values
    }),
    COLUMN_CREATE: inside(dynamicColumns),
    COLUMN_ADD: inside((c) => {
      const document = expression(c)
      c.expect(',')
      return [document, ...dynamicColumns(c)]
    }),
  } satisfies Record<string, Rule>),
)

/** A rule for what stands in the parentheses of a function named like its word. */
function inside(rule: (c: Cursor) => readonly Expression[]): Rule {
  return (c) => {
    const { text } = c.advance()
    c.expect('(')
    const args = rule(c)
    c.expect(')')
    return grammarCall(text.toLowerCase(), args)
  }
}

function trimmed(c: Cursor): readonly Expression[] {
  const side = c.acceptOneOf(SIDES) !== undefined
  if (side && c.accept('FROM')) return [expression(c)]
  const first = expression(c)
  if (!c.accept('FROM')) {
    if (side) throw c.refuse()
    return [first]
  }
  return [first, expression(c)]
}

function slice(c: Cursor): readonly Expression[] {
  const values = [expression(c)]
  if (c.accept('FROM')) {
    values.push(expression(c))
    if (c.accept('FOR')) values.push(expression(c))
    return values
  }
  c.expect(',')
  return [...values, ...expressions(c)]
}

function dateArithmetic(c: Cursor): readonly Expression[] {
  const date = expression(c)
  c.expect(',')
  return [date, c.is('INTERVAL') ? intervalOf(c) : expression(c)]
}

function unitFirst(c: Cursor): readonly Expression[] {
  unit(c)
  c.expect(',')
  const first = expression(c)
  c.expect(',')
  return [first, expression(c)]
}

function nameOrBinary(c: Cursor): void {
  if (!c.accept('BINARY')) nameOrString(c)
}

/** `DEFAULT value ON EMPTY`, `NULL ON ERROR`, `ERROR ON EMPTY`. */
export function jsonFallbacks(c: Cursor, values: Expression[]): void {
  while (c.is('NULL') || c.is('ERROR') || c.is('DEFAULT')) {
    if (c.advance().keyword === 'DEFAULT') values.push(expression(c, BIT_OR))
    c.expect('ON')
    if (!c.accept('EMPTY')) c.expect('ERROR')
  }
}

/** `VALUES(column)` of ON DUPLICATE KEY UPDATE. */
function columnOfRow(c: Cursor): Expression {
  c.advance()
  c.expect('(')
  const column = path(c, 3)
  c.expect(')')
  return { type: 'column', path: column }
}

/** `NEXT VALUE FOR sequence`. */
function sequenceValue(c: Cursor): Expression {
  const word = c.advance().keyword
  c.expect('VALUE', 'FOR')
  return { type: 'call', path: [word === 'NEXT' ? 'nextval' : 'lastval'], args: [sequence(c)], ...SEQUENCE }
}

function sequenceCall(c: Cursor): Expression {
  const { text } = c.advance()
  c.expect('(')
  const args = [sequence(c)]
  while (c.accept(',')) args.push(expression(c))
  c.expect(')')
  return { type: 'call', path: [text.toLowerCase()], args, ...SEQUENCE }
}

/** A sequence is named like a table; the facts take it for one. */
function sequence(c: Cursor): Expression {
  if (!isName(c)) throw c.refuse()
  return { type: 'column', path: ['', ...path(c, 2)] }
}

function dynamicColumns(c: Cursor): readonly Expression[] {
  const values: Expression[] = []
  do {
    values.push(expression(c))
    c.expect(',')
    values.push(expression(c))
    if (c.accept('AS')) castType(c)
  } while (c.accept(','))
  return values
}

const SEQUENCE = { found: 'grammar', distinct: false, order: [], windowed: false } as const
const SIDES: ReadonlySet<string> = new Set(['LEADING', 'TRAILING', 'BOTH'])
const DATE_KINDS: ReadonlySet<string> = new Set(['DATE', 'TIME', 'DATETIME', 'TIMESTAMP'])
