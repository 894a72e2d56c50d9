import { defineRule, type Rule } from '../rule.ts'

/** `single-statement`: one text, one statement. */
export const singleStatement: readonly Rule[] = [
  defineRule({
    id: 'single-statement',
    action: 'deny',
    match: { severalStatements: true },
    message: 'This connection takes one statement at a time.',
  }),
]
