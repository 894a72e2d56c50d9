import { bodyOf, fieldsOf, listOf, nameOf, nodeOf, textOf, type Fields } from './ast.ts'

/**
 * The names of the columns from which a statement takes what it stores: INSERT … SELECT, the SET of an UPDATE, CREATE TABLE AS. 'all' where a whole
 * row is taken, or names cannot be trusted because columns are renamed. Conditions (WHERE, ON) and RETURNING of the statement itself do not count.
 *
 * The names are as written; which relation each belongs to is not told. Empty for a statement that stores nothing from a column.
 */
export function storedColumns(statement: unknown): ReadonlySet<string> | 'all' {
  const node = nodeOf(statement)
  if (node === undefined) return NONE
  const { tag, body } = node
  const inner = INNER[tag]
  if (inner !== undefined) return storedColumns(body[inner])
  const ignored = IGNORED[tag]
  if (ignored === undefined) return NONE
  const found = new References()
  for (const key in body) if (!ignored.has(key)) found.walk(body[key])
  found.row(body['relation'])
  return found.result()
}

/** Collects references to columns in a piece of the tree, whatever it is made of. */
class References {
  readonly #names = new Set<string>()
  readonly #single = new Set<string>()
  readonly #rows = new Set<string>()
  #all = false

  walk(value: unknown): void {
    // An explicit stack: the tree may be as deep as the text allows.
    const waiting: unknown[] = [value]
    while (waiting.length > 0) {
      const current = waiting.pop()
      if (Array.isArray(current)) waiting.push(...(current as readonly unknown[]))
      const fields = fieldsOf(current)
      if (fields === undefined || Array.isArray(current)) continue
      this.#look(fields)
      for (const key in fields) waiting.push(fields[key])
    }
  }

  /** A reference by this relation's name alone is a whole row. */
  row(relation: unknown): void {
    const body = fieldsOf(relation)
    if (body === undefined) return
    this.#rows.add(textOf(body['relname']))
    this.#alias(fieldsOf(body['alias']))
  }

  result(): ReadonlySet<string> | 'all' {
    if (this.#all) return 'all'
    for (const name of this.#single) if (this.#rows.has(name)) return 'all'
    return this.#names
  }

  #look(fields: Fields): void {
    if (fields['A_Star'] !== undefined || fields['ExecuteStmt'] !== undefined) this.#all = true
    const parts = nameOf(bodyOf(fields, 'ColumnRef')?.['fields'])
    // What stands before the last part says where the column is; alone, a name can be a row's.
    if (parts.length === 1) this.#single.add(parts[0] ?? '')
    if (parts.length > 0) this.#names.add(parts.at(-1) ?? '')
    for (const name of nameOf(bodyOf(fields, 'A_Indirection')?.['indirection'])) this.#names.add(name)
    this.row(fields['RangeVar'])
    this.#alias(fieldsOf(fields['alias']))
    if (listOf(bodyOf(fields, 'CommonTableExpr')?.['aliascolnames']).length > 0) this.#all = true
  }

  #alias(alias: Fields | undefined): void {
    if (alias === undefined) return
    this.#rows.add(textOf(alias['aliasname']))
    if (listOf(alias['colnames']).length > 0) this.#all = true
  }
}

/** Statements around another one. */
const INNER: Readonly<Record<string, string>> = {
  PrepareStmt: 'query',
  ExplainStmt: 'query',
  CopyStmt: 'query',
}

/** Statements that can store values, and the parts of them that only decide or show. */
const IGNORED: Readonly<Record<string, ReadonlySet<string>>> = {
  SelectStmt: new Set(),
  CreateTableAsStmt: new Set(),
  InsertStmt: new Set(['relation', 'returningList', 'returningClause', 'cols']),
  UpdateStmt: new Set(['relation', 'returningList', 'returningClause', 'whereClause']),
  MergeStmt: new Set(['relation', 'returningList', 'returningClause', 'joinCondition']),
}

const NONE: ReadonlySet<string> = new Set()
