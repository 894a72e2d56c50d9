export { type CopyFormat, type CopyMasker, type CopyOptions, copyMasker } from './copy/copy-masker.ts'
export type { MaskingCatalog, MaskingColumn, MaskingRelation, MaskingType } from './catalog.ts'
export { type CellMask, type CellType, type CellWriter, cellMask, NULL_MASK } from './cell-mask.ts'
export { maskColumnNames } from './column-names.ts'
export { ColumnRules } from './column-rules.ts'
export { MaskingError, type MaskingErrorCode } from './errors.ts'
export { type Exposure, type ExposureAnswer, exposureOf, type SessionExposure, worse } from './exposure.ts'
export type { Hmac } from './hash-mask.ts'
export { OutputBuffer } from './output-buffer.ts'
export { type ColumnOrigin, type ColumnProtection, Protection, type RelationState } from './protection.ts'
export { maskReport, type ReportField } from './report.ts'
export { planResult, type Redaction, type ResultField, type ResultPlan, type ResultQuestion } from './result-plan.ts'
export { RowMasker } from './row-masker.ts'
export {
  type ColumnRule,
  type MaskingRules,
  NO_RULES,
  PARTIAL_DEFAULTS,
  type PartialStrategy,
  parseMaskingRules,
  type Strategy,
  type StrategyName,
} from './rules.ts'
export { type ResolvedType, resolveType } from './types/resolve-type.ts'
export { mysqlCarrierColumns } from './mysql/carriers.ts'
export { isDiagnostic, mysqlExposureOf, type MysqlSessionExposure } from './mysql/exposure.ts'
export type { MysqlField } from './mysql/field-type.ts'
export { foldName, protectionOf } from './mysql/names.ts'
export { maskMysqlReport, type MysqlReport } from './mysql/report.ts'
export { type MysqlResultPlan, type OutputShape, planMysqlResult } from './mysql/result-plan.ts'
export { MysqlRowMasker } from './mysql/row-masker.ts'
