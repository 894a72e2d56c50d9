import { bodyOf, fieldsOf, listOf, nameOf, nodeOf, textOf, type Fields } from './ast.ts'
import { isBuiltinType } from './builtins.ts'
import type { UserCode } from './user-code.ts'

/** What is asked of an expression: the functions that it calls and that do more than read, as `schema.name`. */
export type CallsOf = (expression: unknown) => readonly string[]

/** The code of users that a database has once a statement has run; the same object when the statement brings none. */
export function withDefinitions(code: UserCode, statement: unknown, callsOf: CallsOf): UserCode {
  const node = nodeOf(statement)
  if (node === undefined) return code
  const change = CHANGES[node.tag]?.(node.body, code, callsOf)
  return change === undefined ? code : merged(code, change)
}

/** What a statement adds; names alone. */
interface Added {
  readonly functions?: readonly string[]
  readonly operators?: readonly string[]
  readonly fieldFunctions?: readonly string[]
  readonly rowFunctions?: readonly string[]
  readonly types?: readonly (readonly [string, readonly string[]])[]
  readonly casts?: readonly string[]
}

type Change = (body: Fields, code: UserCode, callsOf: CallsOf) => Added | undefined

const CHANGES: Readonly<Record<string, Change>> = {
  CreateFunctionStmt: (body) => {
    const names = calledAs(nameOf(body['funcname']))
    const takesRow = listOf(body['parameters']).some((parameter) => mayBeRow(bodyOf(parameter, 'FunctionParameter')))
    return { functions: names, fieldFunctions: names, ...(takesRow ? { rowFunctions: names } : {}) }
  },
  DefineStmt: (body) => {
    const names = calledAs(nameOf(body['defnames']))
    switch (textOf(body['kind'])) {
      case 'OBJECT_AGGREGATE':
        return { functions: names, fieldFunctions: names, rowFunctions: names }
      case 'OBJECT_OPERATOR':
        return { operators: names }
      default:
        return undefined
    }
  },
  RenameStmt: (body, code) => {
    const name = textOf(body['newname'])
    const kind = textOf(body['renameType'])
    if (CALLED.has(kind)) return { functions: [name], fieldFunctions: [name], rowFunctions: [name] }
    const before = code.types.get(nameOf(bodyOf(body['object'], 'List')?.['items']).at(-1) ?? '')
    return before === undefined ? undefined : { types: [[name, before]] }
  },
  AlterObjectSchemaStmt: (body) => {
    const names = nameOf(bodyOf(body['object'], 'ObjectWithArgs')?.['objname'])
    const moved = calledAs([textOf(body['newschema']), names.at(-1) ?? ''])
    const kind = textOf(body['objectType'])
    if (kind === 'OBJECT_OPERATOR') return { operators: moved }
    return CALLED.has(kind) ? { functions: moved, fieldFunctions: moved, rowFunctions: moved } : undefined
  },
  CreateDomainStmt: (body, code, callsOf) => {
    const checks = listOf(body['constraints']).map((each) => bodyOf(each, 'Constraint')?.['raw_expr'])
    const base = nameOf(fieldsOf(body['typeName'])?.['names']).at(-1) ?? ''
    return domain(nameOf(body['domainname']), [...checks.flatMap(callsOf), ...(code.types.get(base) ?? [])])
  },
  AlterDomainStmt: (body, code, callsOf) => {
    const names = nameOf(body['typeName'])
    const known = code.types.get(names.at(-1) ?? '') ?? []
    return domain(names, [...known, ...callsOf(bodyOf(body['def'], 'Constraint')?.['raw_expr'])])
  },
  CreateCastStmt: (body) => {
    const name = nameOf(fieldsOf(body['func'])?.['objname'])
    // Where its types are used nobody here knows.
    return name.length === 0 ? undefined : { casts: [`${name.at(-2) ?? ''}.${name.at(-1) ?? ''}`] }
  },
}

function domain(names: readonly string[], calls: readonly string[]): Added | undefined {
  const name = names.at(-1)
  return name === undefined || calls.length === 0 ? undefined : { types: [[name, [...new Set(calls)]]] }
}

/** A name as texts may call it: one of pg_catalog with its schema, too. */
function calledAs(names: readonly string[]): readonly string[] {
  const name = names.at(-1) ?? ''
  return names.at(-2) === 'pg_catalog' ? [name, `pg_catalog.${name}`] : [name]
}

/** Whether a parameter's type may be that of a row: one that the server has not, or one that stands for several. */
function mayBeRow(parameter: Fields | undefined): boolean {
  const name = nameOf(fieldsOf(parameter?.['argType'])?.['names']).at(-1) ?? ''
  return !isBuiltinType(name) || name === 'record' || name.startsWith('any')
}

function merged(code: UserCode, added: Added): UserCode {
  const together = (one: ReadonlySet<string>, more: readonly string[] = []): ReadonlySet<string> =>
    more.every((name) => one.has(name)) ? one : new Set([...one, ...more])
  return {
    ...code,
    // Content decides, so that sessions that do the same share what is kept of their texts.
    version: `${code.version}+${JSON.stringify(added)}`,
    functions: together(code.functions, added.functions),
    operators: together(code.operators, added.operators),
    fieldFunctions: together(code.fieldFunctions, added.fieldFunctions),
    rowFunctions: together(code.rowFunctions, added.rowFunctions),
    types: added.types === undefined ? code.types : new Map([...code.types, ...added.types]),
    casts: added.casts === undefined ? code.casts : [...new Set([...code.casts, ...added.casts])],
  }
}

const CALLED: ReadonlySet<string> = new Set([
  'OBJECT_FUNCTION',
  'OBJECT_PROCEDURE',
  'OBJECT_ROUTINE',
  'OBJECT_AGGREGATE',
])
