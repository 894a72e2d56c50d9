import type { Effect, FunctionCall, Relation, SessionChange, Statement } from '@sallyport/core'
import { compileRule, type CompiledRule } from '../compile.ts'
import { askAbout, type Question } from '../question.ts'
import { defineRule, type Match } from '../rule.ts'

/** Facts of a statement; what is left out is a SELECT without anything. */
export function facts(part: Partial<Omit<Statement, 'effects'>> & { readonly effects?: readonly Effect[] } = {}): Statement {
  return {
    dialect: 'postgres',
    kind: 'select',
    relations: [],
    functions: [],
    where: 'none',
    limit: 'none',
    predicates: [],
    fingerprint: 'f0',
    output: 'unknown',
    session: undefined,
    range: { start: 0, end: 0 },
    ...part,
    effects: new Set(part.effects ?? ['read']),
  }
}

/** `public.orders`, `orders`; columns all unless given. */
export function relation(name: string, access: Relation['access'] = 'read', columns: Relation['columns'] = 'all'): Relation {
  const [table = '', schema] = name.split('.').reverse()
  return { schema, name: table, access, columns }
}

/** `pg_catalog.lower`, `f`. */
export function call(name: string, ...effects: readonly Effect[]): FunctionCall {
  const [last = '', schema] = name.split('.').reverse()
  return { schema, name: last, effects: new Set(effects) }
}

/** A SET; the value is a literal unless it is one of the words for none. */
export function set(name: string, value: string | { readonly is: 'default' | 'unknown' }): SessionChange {
  return { type: 'set', name, value: typeof value === 'string' ? { literal: value } : value.is, local: false }
}

/** The question about one statement of a text. */
export function ask(statement: Statement, { index = 0, count = 1, now = new Date(0) } = {}): Question {
  return askAbout(statement, { index, count, nowMs: now.getTime() })
}

/** A rule that denies what matches. */
export function denying(match: Match): CompiledRule {
  return compileRule(defineRule({ id: 'r', action: 'deny', match }))
}

/** A rule that lets pass what matches. */
export function allowing(match: Match): CompiledRule {
  return compileRule(defineRule({ id: 'r', action: 'allow', match }))
}

/** Whether any rule of a set matches. */
export function matchesAny(rules: readonly Parameters<typeof compileRule>[0][], statement: Statement): boolean {
  return rules.some((rule) => compileRule(rule).judge(ask(statement)) !== undefined)
}
