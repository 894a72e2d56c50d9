export type { ClientKind, Identity } from './identity.ts'
export { EFFECTS, type Effect } from './effect.ts'
export type {
  Analysis,
  ColumnName,
  Dialect,
  FunctionCall,
  Limit,
  OutputColumn,
  ParseFailure,
  Predicate,
  Relation,
  SessionChange,
  SettingValue,
  Statement,
  Where,
} from './statement.ts'
export {
  ACTIONS,
  type Action,
  type Estimate,
  type Finding,
  type LimitRules,
  type StatementLimits,
  type Verdict,
} from './verdict.ts'
export type { Clock } from './clock.ts'
