import { compileRule, type CompiledRule } from '../compile.ts'
import { defineRule } from '../rule.ts'

/** Refuses to change what the planner counts with; in force wherever a rule rests on its estimate. */
export const plannerSettings: CompiledRule = compileRule(
  defineRule({
    id: 'planner-settings',
    action: 'deny',
    match: {
      settings: [
        // PostgreSQL.
        '*_cost',
        'cursor_tuple_fraction',
        'default_statistics_target',
        'effective_cache_size',
        'recursive_worktable_factor',
        // MySQL and MariaDB.
        'eq_range_index_dive_limit',
        'expensive_subquery_limit',
        'histogram_*',
        'optimizer_*',
        'use_stat_tables',
      ],
    },
    hint: 'Leave the costs that the planner counts with as they are; a rule of this connection rests on its estimate.',
  }),
)

/** Whether a rule rests on the planner's estimate. */
export function restsOnCost({ rule }: CompiledRule): boolean {
  return rule.match.costAbove !== undefined && !rule.observe
}
