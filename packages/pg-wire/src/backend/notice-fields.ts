import type { Reader, Writer } from '@sallyport/bytes'
import { MalformedMessageError } from '../errors.ts'

/** One field of an ErrorResponse or NoticeResponse. */
export interface NoticeField {
  /** One ASCII letter; those the protocol knows are the values of {@link NOTICE_FIELDS}, and unknown ones are kept. */
  readonly code: string
  readonly value: string
}

/** The fields the protocol knows, and their letters. Spec: protocol-error-fields. */
export const NOTICE_FIELDS = {
  /** Possibly translated. */
  severity: 'S',
  /** Never translated. */
  severityNonlocalized: 'V',
  sqlState: 'C',
  message: 'M',
  detail: 'D',
  hint: 'H',
  position: 'P',
  internalPosition: 'p',
  internalQuery: 'q',
  where: 'W',
  schema: 's',
  table: 't',
  column: 'c',
  dataType: 'd',
  constraint: 'n',
  file: 'F',
  line: 'L',
  routine: 'R',
} as const

export type NoticeFieldName = keyof typeof NOTICE_FIELDS

/** A message made of such fields, in the order sent. */
export interface WithNoticeFields {
  readonly fields: readonly NoticeField[]
}

/** The value of a field, undefined when the message does not have it. */
export function noticeField(message: WithNoticeFields, name: NoticeFieldName): string | undefined {
  const code = NOTICE_FIELDS[name]
  return message.fields.find((field) => field.code === code)?.value
}

/** Whether the message ends the session: its severity is FATAL or PANIC. */
export function isFatal(message: WithNoticeFields): boolean {
  const severity = noticeField(message, 'severityNonlocalized') ?? noticeField(message, 'severity')
  return severity === 'FATAL' || severity === 'PANIC'
}

/** Fields from their names, in the protocol's usual order; the severity is given in both forms. */
export function noticeFields(values: {
  readonly [N in Exclude<NoticeFieldName, 'severityNonlocalized'>]?: string | undefined
}): NoticeField[] {
  const fields: NoticeField[] = []
  for (const [name, code] of Object.entries(NOTICE_FIELDS) as [NoticeFieldName, string][]) {
    const value = name === 'severityNonlocalized' ? values.severity : values[name]
    if (value !== undefined) fields.push({ code, value })
  }
  return fields
}

/** Reads fields to the terminating NUL. Text that is not UTF-8 (a server's message before the encoding is agreed) is read with U+FFFD. */
export function readNoticeFields(body: Reader): NoticeField[] {
  const fields: NoticeField[] = []
  for (let code = body.uint8(); code !== 0; code = body.uint8()) {
    if (code > 0x7f) throw new MalformedMessageError('backend', `0x${code.toString(16)} is no field of a notice`)
    fields.push({ code: String.fromCharCode(code), value: body.cstringLossy() })
  }
  return fields
}

/** Writes fields and the terminating NUL. */
export function writeNoticeFields(body: Writer, fields: readonly NoticeField[]): void {
  for (const { code, value } of fields) body.uint8(code.charCodeAt(0)).cstring(value)
  body.uint8(0)
}
