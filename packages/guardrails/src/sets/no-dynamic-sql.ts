import { defineRule, type Rule } from '../rule.ts'

/** `no-dynamic-sql`: no code that the text does not show, whether in a block, a procedure or a string. */
export const noDynamicSql: readonly Rule[] = [
  defineRule({ id: 'no-dynamic-sql', action: 'deny', match: { effects: ['procedural'] } }),
  defineRule({
    id: 'no-sql-in-text',
    action: 'deny',
    match: {
      functions: [
        'query_to_xml*',
        'table_to_xml*',
        'schema_to_xml*',
        'database_to_xml*',
        'cursor_to_xml*',
        'ts_stat',
        'ts_rewrite',
        'crosstab*',
        'connectby',
        'dblink*',
      ],
    },
    message: 'This connection does not allow a function that runs SQL given as text.',
    hint: 'Write the query itself instead of passing it as a string.',
  }),
]
