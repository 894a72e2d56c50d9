export { AuditFileError, AuditUnavailableError, type AuditFileErrorCode } from './errors.ts'
export { createSigningKey, readSigningKey, signatureCheck, type SigningKey } from './keys.ts'
export type { AuditLog, AuditLogOptions, AuditLogStatus, AuditReceipt } from './log.ts'
