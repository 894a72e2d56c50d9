import { type Exposure, maskColumnNames, maskReport } from '@sallyport/masking'
import {
  decodeBackendAs,
  encodeBackend,
  ErrorResponse,
  NoticeResponse,
  NotificationResponse,
  ParameterStatus,
  type RawMessage,
  RowDescription,
} from '@sallyport/pg-wire'
import type { StatementFacts } from '../../masking/facts.ts'
import type { StatementJudge } from '../../masking/judge.ts'
import { resultFields } from '../../masking/postgres/result-gate.ts'
import type { SessionMemory } from '../../masking/postgres/session-memory.ts'

/** Takes values out of the messages that are neither rows nor COPY data: reports, column names, settings, notifications. */
export class MessageMask {
  readonly #judge: StatementJudge
  readonly #memory: SessionMemory

  constructor(judge: StatementJudge, memory: SessionMemory) {
    this.#judge = judge
    this.#memory = memory
  }

  /**
   * What of a message may leave; undefined for nothing.
   *
   * @param facts the statement it belongs to
   * @param exposure what could be in it
   */
  message(raw: RawMessage, facts: StatementFacts | undefined, exposure: Exposure): Uint8Array | undefined {
    if (this.#judge.idle) return raw.bytes
    switch (raw.tag) {
      case ErrorResponse.tag:
      case NoticeResponse.tag:
        return maskedReport(raw, exposure)
      case RowDescription.tag:
        return this.#names(raw, facts, exposure)
      case NotificationResponse.tag:
        return encodeBackend({ ...decodeBackendAs(NotificationResponse, raw), payload: '[redacted]' })
      case ParameterStatus.tag:
        return this.#setting(raw, exposure)
      default:
        return raw.bytes
    }
  }

  #names(raw: RawMessage, facts: StatementFacts | undefined, exposure: Exposure): Uint8Array {
    const description = decodeBackendAs(RowDescription, raw)
    const fields = resultFields(description.fields)
    const names = maskColumnNames(fields, facts?.source?.text, exposure, this.#memory.tainted, this.#judge.protection)
    if (names === undefined) return raw.bytes
    return encodeBackend({
      type: 'RowDescription',
      fields: description.fields.map((field, index) => ({ ...field, name: names[index] ?? '' })),
    })
  }

  /** A setting whose value is free text may carry a protected value, unless the client itself gave it that value. */
  #setting(raw: RawMessage, exposure: Exposure): Uint8Array | undefined {
    const { name, value } = decodeBackendAs(ParameterStatus, raw)
    const untouched = exposure === 'none' && !this.#memory.tainted
    return untouched || CLOSED_SETTINGS.has(name) || this.#memory.gave(name, value) ? raw.bytes : undefined
  }
}

function maskedReport(raw: RawMessage, exposure: Exposure): Uint8Array {
  if (exposure === 'none') return raw.bytes
  const report =
    raw.tag === ErrorResponse.tag ? decodeBackendAs(ErrorResponse, raw) : decodeBackendAs(NoticeResponse, raw)
  return encodeBackend({ ...report, fields: maskReport(report.fields, exposure) })
}

/** Reported settings whose values are words of the server's own. TimeZone is not one: it takes free text. */
const CLOSED_SETTINGS: ReadonlySet<string> = new Set([
  'client_encoding',
  'DateStyle',
  'default_transaction_read_only',
  'in_hot_standby',
  'integer_datetimes',
  'IntervalStyle',
  'is_superuser',
  'scram_iterations',
  'server_encoding',
  'server_version',
  'standard_conforming_strings',
])
